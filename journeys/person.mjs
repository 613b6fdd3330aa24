// Somebody at a browser: finds things by role and label only, and what it takes them is counted.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { look } from './look.mjs';

export class Person {
  static async arrive(world, { width = 1366, height = 768, script = true } = {}) {
    const person = new Person();
    person.world = world;
    person.context = await world.browser.newContext({
      baseURL: world.url, viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai',
      javaScriptEnabled: script, acceptDownloads: true, reducedMotion: 'reduce',
    });
    person.context.setDefaultTimeout(8000);
    person.page = await person.context.newPage();
    person.script = script;
    person.complaints = [];
    person.requests = [];
    person.reset();
    person.watch();
    return person;
  }

  watch() {
    const { page } = this;
    const host = new URL(this.world.url).host;
    page.on('console', message => {
      const text = message.text();
      // A refused form (422, 409) is an answer; the browser writes its status on the console.
      const answered = /Failed to load resource: .*status of (4\d\d)/.test(text);
      if (message.type() === 'error' && !answered) this.complaints.push(`${page.url()}: console: ${text}`);
    });
    page.on('pageerror', error => this.complaints.push(`${page.url()}: script: ${error.message}`));
    page.on('request', request => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.host !== host) this.complaints.push(`foreign host: ${request.url()}`);
    });
    page.on('response', response => {
      if (response.status() >= 500) this.complaints.push(`${response.status()} at ${response.url()}`);
      this.requests.push(response);
    });
    page.on('domcontentloaded', () => { this.loads += 1; });
    page.on('dialog', dialog => dialog.accept());
  }

  // Counting begins here.
  reset() { this.clicks = 0; this.typed = 0; this.keys = 0; this.loads = 0; }

  counts() { return { clicks: this.clicks, typed: this.typed, keys: this.keys, loads: this.loads }; }

  async leave() { await this.context.close(); }

  // --- finding ---------------------------------------------------------------------------------

  // Things are found by what they are called on the page, by their role, or within such a thing.
  by(role, name, within = this.page) {
    return name === undefined ? within.getByRole(role) : within.getByRole(role, { name, exact: typeof name === 'string' && !name.startsWith('~') });
  }
  labelled(label, within = this.page) { return within.getByLabel(label, { exact: typeof label === 'string' }); }
  text(words) { return this.page.getByText(words); }
  // Words of the whole page, as read.
  async words() { return this.page.locator('body').innerText(); }
  async main() { return this.page.getByRole('main').innerText(); }
  async sees(words) { await this.page.getByText(words).first().waitFor({ state: 'visible' }); }
  async heading() { return this.page.getByRole('heading', { level: 1 }).innerText(); }

  // --- doing, counted --------------------------------------------------------------------------

  // A click on something already found.
  async clickOn(thing) { this.clicks += 1; await thing.click(); }
  async click(role, name, within) { await this.clickOn(this.by(role, name, within)); }

  // What is folded away, by the words on it.
  async unfold(words, within = this.page) { await this.clickOn(within.getByText(words).first()); }

  // A click that leads to another page.
  async goOn(thing) {
    await Promise.all([this.page.waitForEvent('domcontentloaded'), this.clickOn(thing)]);
    await this.page.waitForLoadState('load');
  }
  async go(role, name, within) { await this.goOn(this.by(role, name, within)); }

  // A field filled by hand: one click to get there.
  async typeIn(thing, text) { this.clicks += 1; this.typed += 1; await thing.fill(text); }
  async type(label, text, within) { await this.typeIn(this.labelled(label, within), text); }

  // A choice in a list: opened and picked, two clicks.
  async choose(label, option, within) { this.clicks += 2; await this.labelled(label, within).selectOption(option); }

  // A file: the button and the file in the system's window, two clicks.
  async giveFile(label, file, within) { this.clicks += 2; await this.labelled(label, within).setInputFiles(file); }

  async press(key) { this.keys += 1; await this.page.keyboard.press(key); }

  // A file that a click brings.
  async download(thing) {
    const [got] = await Promise.all([this.page.waitForEvent('download'), this.clickOn(thing)]);
    const place = path.join(this.world.folder, `got-${Date.now()}-${got.suggestedFilename()}`);
    await got.saveAs(place);
    return { name: got.suggestedFilename(), place, bytes: fs.readFileSync(place) };
  }

  // --- not counted -----------------------------------------------------------------------------

  async open(address) { return this.page.goto(address, { waitUntil: 'load' }); }

  async signIn(account) {
    await this.open('/sign-in');
    await this.labelled('用户名').fill(account.username);
    await this.labelled('密码').fill(account.password);
    await this.go('button', '登录');
    this.account = account;
    this.reset();
  }

  // A picture and, with script, the checks that hold for every state of every page.
  async at(state) {
    this.world.steps += 1;
    const name = `${String(this.world.steps).padStart(2, '0')}-${state}`;
    await look(this, name);
  }

  // What travelled since then, compressed as it was sent.
  async traffic(since) {
    let bytes = 0;
    const urls = [];
    for (const response of this.requests.slice(since)) {
      const sizes = await response.request().sizes().catch(() => null);
      if (!sizes || response.request().url().startsWith('data:')) continue;
      if (response.fromServiceWorker()) continue;
      urls.push(response.url());
      bytes += sizes.responseBodySize;
    }
    return { bytes, urls };
  }
}

export const gzip = text => zlib.gzipSync(text).length;
