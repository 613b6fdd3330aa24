// Every page that a role can reach by links: it answers, and holds what `look` asks of every page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { weigh } from '../net.mjs';
import { paper } from '../paper.mjs';
import { World, database } from '../world.mjs';

let world;
before(async () => { world = await World.begin('every-page'); });
after(() => world?.end());

const ROLES = [
  'officer', 'leader', 'inspector', 'superior_secretary', 'secretary', 'committee_member',
  'principal', 'member', 'system_admin', 'security_admin', 'audit_admin',
];

// One page of a kind: ids are all alike, and so are the values of a query.
function kind(url) {
  const path = url.pathname.split('/').map(part => (/\d|^[0-9a-f-]{16,}$/.test(part) ? '*' : part)).join('/');
  return path + (url.search ? '?' : '');
}

const seen = new Map();

for (const role of ROLES) {
  test(`every page that ${role} reaches by links is sound`, async () => {
    const person = await world.signedIn(role);
    const own = new Set();
    const waiting = [{ url: new URL(person.page.url()), from: 'the first page' }];
    const faults = [];
    while (waiting.length && own.size < 60) {
      const { url, from } = waiting.shift();
      const one = kind(url);
      if (own.has(one)) continue;
      own.add(one);
      const answer = await person.context.request.get(url.href, { maxRedirects: 5 });
      if (answer.status() !== 200) {
        faults.push(`${answer.status()} at ${url.pathname}${url.search}, linked on ${from} for ${role}`);
        continue;
      }
      if (!(answer.headers()['content-type'] || '').startsWith('text/html')) continue;
      await person.open(url.href);
      const links = await person.page.evaluate(() => [...document.querySelectorAll('a[href]')].map(a => a.href));
      for (const link of links.map(l => new URL(l.split('#')[0])).filter(l => l.origin === world.url)) {
        if (!own.has(kind(link))) waiting.push({ url: link, from: url.pathname });
      }
      // Looked at closely for the first two roles that reach it; the database makes no difference to that.
      const times = seen.get(one) || 0;
      seen.set(one, times + 1);
      if (times >= (database === 'sqlite' ? 2 : 0)) continue;
      try {
        await person.at(`${role}${one.replace(/[/?]/g, '.')}`);
      } catch (error) {
        faults.push(error.actual ? `${one}: ${error.actual.join('; ')}` : `${one}: ${error.message}`);
      }
    }
    await person.leave();
    assert.deepEqual(faults, []);
  });
}

test('the first visit weighs at most 80 KB, a repeated page at most 20 KB in two requests', async () => {
  for (const role of ['secretary', 'officer']) {
    const person = await world.person();
    const account = world.account(role);
    const first = await weigh(person, () => person.signIn(account));
    assert.ok(first.bytes <= 80 * 1024, `${role}: first visit ${first.bytes} bytes: ${first.urls.join(' ')}`);
    const links = await person.page.evaluate(() => [...document.querySelectorAll('header nav a[href]')].map(a => a.href));
    for (const link of links) {
      const again = await weigh(person, () => person.open(link));
      // Pictures of evidence are the page's content, fetched as they scroll into view.
      const asked = again.urls.filter(url => !/^\/files\//.test(url));
      const limit = /review|progress/.test(link) ? 30 : 20;
      assert.ok(again.bytes <= limit * 1024, `${role}: ${link} ${again.bytes} bytes: ${again.urls.join(' ')}`);
      assert.ok(asked.length <= 2, `${role}: ${link} asked for ${asked.join(' ')}`);
    }
    await person.leave();
  }
});

test('every page of the bar prints on A4 without the bar', async () => {
  for (const role of ['secretary', 'officer']) {
    const person = await world.signedIn(role);
    const bar = await person.page.evaluate(() => [...document.querySelectorAll('header nav a[href]')].map(a => ({ href: a.href, word: a.firstChild.textContent.trim() })));
    for (const { href } of bar) {
      await person.open(href);
      const { pages, text } = await paper(person);
      assert.ok(pages >= 1);
      assert.doesNotMatch(text, /跳到正文|退出|改密码/, `${href}: the frame is on the paper`);
      const heading = (await person.heading()).replace(/\s/g, '');
      assert.ok(text.replace(/\s/g, '').includes(heading.slice(0, 4)), `${href}: “${heading}” is not on the paper: ${text.slice(0, 80)}`);
    }
    await person.leave();
  }
});
