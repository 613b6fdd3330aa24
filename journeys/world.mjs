// A world of its own for each file of journeys: the demo's county, on the database that
// ZHIBU_JOURNEYS_ON names, served by the program as it is built, with a browser before it.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Person } from './person.mjs';

export const TODAY = '2026-11-20';
export const database = process.env.ZHIBU_JOURNEYS_ON || 'sqlite';
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = process.env.ZHIBU_TARGET || path.resolve(root, process.env.CARGO_TARGET_DIR || 'target');
const program = path.join(target, 'debug', 'zhibu');
const shots = path.join(root, 'journeys', 'shots');

function psql(sql) {
  const done = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', `${process.env.ZHIBU_TEST_POSTGRES}/postgres`, '-c', sql]);
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
}

// Filling a county takes seconds: done once a program and database, then copied.
function template() {
  const print = Math.round(fs.statSync(program).mtimeMs).toString(36);
  const server = database === 'postgres' ? `-${new URL(process.env.ZHIBU_TEST_POSTGRES).port}` : '';
  const folder = path.join(target, 'journeys', `${database}${server}-${print}`);
  const name = `zhibu_journeys_${print}`;
  if (!fs.existsSync(path.join(folder, 'ready'))) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const options = ['demo', '--fill-only', '--today', TODAY, '--data', path.join(folder, 'data'), '--accounts', path.join(folder, 'accounts.json')];
    if (database === 'postgres') {
      psql(`DROP DATABASE IF EXISTS ${name}`);
      psql(`CREATE DATABASE ${name}`);
      options.push('--database', `${process.env.ZHIBU_TEST_POSTGRES}/${name}`);
    }
    const done = spawnSync(program, options, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`the demo was not filled:\n${done.stdout}\n${done.stderr}`);
    fs.writeFileSync(path.join(folder, 'ready'), '');
  }
  return { folder, name };
}

export class World {
  // A filled county, served; `journey` names the folder of its pictures.
  static async begin(journey) {
    const world = new World();
    world.journey = journey;
    const { folder, name } = template();
    world.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zhibu-journey-'));
    world.data = path.join(world.folder, 'data');
    fs.cpSync(path.join(folder, 'data'), world.data, { recursive: true });
    world.accounts = JSON.parse(fs.readFileSync(path.join(folder, 'accounts.json'), 'utf8'));
    if (database === 'postgres') {
      world.database = `zhibu_journey_${process.pid}_${Date.now().toString(36)}`;
      psql(`CREATE DATABASE ${world.database} TEMPLATE ${name}`);
    }
    world.shots = path.join(shots, database, journey);
    fs.rmSync(world.shots, { recursive: true, force: true });
    fs.mkdirSync(world.shots, { recursive: true });
    world.people = [];
    world.steps = 0;
    await world.serve(TODAY);
    const browser = process.env.ZHIBU_CHROMIUM || spawnSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome']).stdout.toString().trim();
    world.browser = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--lang=zh-CN'], env: { ...process.env, LANGUAGE: 'zh_CN', LANG: 'C.UTF-8' } });
    return world;
  }

  // Starts the program on that day; again after `stop`, on what was kept.
  async serve(today) {
    const options = ['demo', '--port', String(this.port || 0), '--today', today, '--data', this.data];
    if (this.database) options.push('--database', `${process.env.ZHIBU_TEST_POSTGRES}/${this.database}`);
    this.log = fs.openSync(path.join(this.folder, 'log'), 'a');
    this.server = spawn(program, options, { stdio: ['ignore', 'pipe', this.log] });
    this.url = await new Promise((ok, no) => {
      let said = '';
      this.server.stdout.on('data', piece => {
        said += piece;
        const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
        if (found) { this.port = Number(found[1]); ok(found[0]); }
      });
      this.server.once('exit', code => no(new Error(`the program ended (${code}): ${said}\n${this.said()}`)));
    });
  }

  // What the program wrote on its log.
  said() { return fs.readFileSync(path.join(this.folder, 'log'), 'utf8'); }

  // Stops the program gracefully and waits until it has gone.
  async stop() {
    if (!this.server || this.server.exitCode !== null) return;
    const gone = new Promise(ok => this.server.once('exit', ok));
    this.server.removeAllListeners('exit');
    this.server.once('exit', () => {});
    const left = new Promise(ok => this.server.on('exit', ok));
    this.server.kill('SIGTERM');
    const timer = setTimeout(() => this.server.kill('SIGKILL'), 12000);
    await Promise.race([gone, left]);
    clearTimeout(timer);
    fs.closeSync(this.log);
  }

  // The account of that role, at an organisation whose name holds the words.
  account(role, words = '') {
    const found = this.accounts.find(a => a.role === role && a.organisation.includes(words));
    if (!found) throw new Error(`the demo has no ${role} at “${words}”`);
    return found;
  }

  // Somebody at a browser of their own, not signed in.
  async person(options = {}) {
    const person = await Person.arrive(this, options);
    this.people.push(person);
    return person;
  }

  // The same, signed in and on the first page.
  async signedIn(role, words, options) {
    const person = await this.person(options);
    await person.signIn(this.account(role, words));
    return person;
  }

  // Ends everything; fails when a page broke its own policy or a script of ours failed.
  async end() {
    const complaints = this.people.flatMap(p => p.complaints);
    // Where each stood last: what a failure looked like.
    for (const [n, person] of this.people.entries()) {
      if (!person.page.isClosed()) await person.page.screenshot({ path: path.join(this.shots, `last-${n}.png`) }).catch(() => {});
      await person.leave();
    }
    if (this.browser) await this.browser.close();
    await this.stop();
    if (this.database) psql(`DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`);
    const faults = this.said().split('\n').filter(line => line.includes('"ERROR"'));
    fs.rmSync(this.folder, { recursive: true, force: true });
    const all = [...new Set([...complaints, ...faults])];
    if (all.length) throw new Error(`while the pages were used:\n${all.join('\n')}`);
  }
}
