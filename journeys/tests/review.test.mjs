// The bureau: the queue emptied by clicks and by keys, a return that lands on a field, days and excuses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { weigh } from '../net.mjs';
import { World } from '../world.mjs';

const items = person => person.by('main').getByRole('article');
const waiting = async person => person.by('main').getByRole('article').filter({ has: person.page.getByRole('button', { name: /^通过/ }) }).count();

// The officer's first page, in a county of its own: each of these empties the queue.
async function officerIn(world) {
  const officer = await world.signedIn('officer');
  return officer;
}

test('S3 by clicks: 49 submissions, 40 clean, 6 opened, 3 returned, in at most 25 clicks, nothing typed, 2 pages', async () => {
  const world = await World.begin('review-by-clicks');
  try {
    const officer = await officerIn(world);
    await officer.at('first page');
    officer.reset();
    await officer.goOn(officer.by('main').getByRole('link', { name: /审核意见征集|开展意见征集.*审核|审核.*开展意见征集/ }).first());
    assert.equal(await waiting(officer), 49);
    await officer.click('button', /^勾选.*齐全/);
    await officer.at('40 ticked');
    await officer.go('button', '通过所选');
    assert.match(await officer.words(), /通过.*40|40.*通过/);
    assert.equal(await waiting(officer), 9);
    await officer.at('9 left');
    const left = items(officer).filter({ has: officer.page.getByRole('button', { name: /^通过/ }) });
    for (let i = 0; i < 3; i += 1) {
      const one = left.first();
      const reason = one.getByLabel(/退回 .* 的理由/).first();
      const words = await reason.locator('option').nth(1).getAttribute('value');
      officer.clicks += 2;
      await reason.selectOption(words);
      await officer.clickOn(one.getByRole('button', { name: /^退回/ }));
      await officer.page.waitForFunction(n => document.querySelectorAll('main form[data-accept]').length === n, 8 - i);
    }
    await officer.at('3 returned');
    for (let i = 0; i < 6; i += 1) {
      const one = left.first();
      const more = one.getByText(/看全文|^看 /).first();
      officer.clicks += 1;
      if (await more.count()) await more.click({ modifiers: ['ControlOrMeta'] });
      await officer.clickOn(one.getByRole('button', { name: /^通过/ }));
      await officer.page.waitForFunction(n => document.querySelectorAll('main form[data-accept]').length === n, 5 - i);
    }
    const took = officer.counts();
    assert.equal(await waiting(officer), 0);
    assert.ok(took.clicks <= 25, `clicks: ${took.clicks}`);
    assert.equal(took.typed, 0);
    assert.ok(took.loads <= 2, `loads: ${took.loads}`);
    await officer.at('all decided');
  } finally { await world.end(); }
});

test('S3 by keys: J, K, A, R, in at most 60 keys', async () => {
  const world = await World.begin('review-by-keys');
  try {
    const officer = await officerIn(world);
    await officer.goOn(officer.by('main').getByRole('link', { name: /审核意见征集|开展意见征集.*审核|审核.*开展意见征集/ }).first());
    const clean = officer.by('button', /^勾选.*齐全/);
    await officer.page.waitForTimeout(200);
    officer.keys += 2; // to the button that ticks what is complete, and to the one beside it
    await clean.focus();
    await officer.press('Enter');
    const go = officer.by('button', '通过所选');
    await go.focus();
    await Promise.all([officer.page.waitForEvent('domcontentloaded'), officer.press('Enter')]);
    await officer.page.waitForLoadState('load');
    assert.equal(await waiting(officer), 9);
    await officer.press('j');
    for (let i = 0; i < 3; i += 1) {
      await officer.press('r');
      await officer.press('ArrowDown');
      await officer.press('Tab');
      await officer.press('Enter');
      await officer.page.waitForFunction(n => document.querySelectorAll('main form[data-accept]').length === n, 8 - i);
      await officer.page.waitForTimeout(100);
    }
    await officer.at('returned by key');
    for (let i = 0; i < 6; i += 1) {
      await officer.press('a');
      await officer.page.waitForFunction(n => document.querySelectorAll('main form[data-accept]').length === n, 5 - i);
      await officer.page.waitForTimeout(100);
    }
    const took = officer.counts();
    assert.ok(took.keys <= 60, `keys: ${took.keys}`);
    assert.ok(took.loads <= 2, `loads: ${took.loads}`);
    assert.equal(took.typed, 0);
    await officer.at('all decided by key');
  } finally { await world.end(); }
});

let world;
before(async () => { world = await World.begin('review'); });
after(() => world?.end());

test('the queue of 49 weighs at most 30 KB, and deciding one at most 6 KB', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/review');
  const href = await officer.by('main').getByLabel('事项').first().locator('option', { hasText: /意见征集/ }).first().getAttribute('value');
  const page = await weigh(officer, () => officer.open(`/review?item=${href}`));
  assert.ok(page.bytes <= 30 * 1024 + 0, `${page.bytes} bytes: ${page.urls.join(' ')}`);
  const one = items(officer).first();
  const deed = await weigh(officer, async () => {
    await officer.clickOn(one.getByRole('button', { name: /^通过/ }));
    await officer.sees('已通过');
  });
  assert.ok(deed.bytes <= 6 * 1024, `${deed.bytes} bytes`);
  await officer.at('one accepted');
  await officer.goOn(officer.by('button', /^撤销/).first());
  await officer.at('acceptance undone');
});

test('a reason of the officer lands on the field of the school', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/review');
  const one = items(officer).first();
  const school = (await one.getByRole('link').first().innerText()).trim();
  const href = await one.getByRole('link').first().getAttribute('href');
  await officer.clickOn(one.getByText('另写理由').first());
  await officer.typeIn(one.getByLabel(/另写.*理由/).last(), '请补充家长会上收到的意见条数。');
  await officer.at('own reason');
  await officer.clickOn(one.getByRole('button', { name: /^退回/ }).first());
  await officer.sees('已退回');
  const account = world.accounts.find(a => ['secretary', 'superior_secretary'].includes(a.role) && a.organisation === school)
    || world.accounts.find(a => ['secretary', 'superior_secretary'].includes(a.role) && a.organisation.includes(school));
  const secretary = await world.person();
  await secretary.signIn(account);
  assert.match(await secretary.main(), /请补充家长会上收到的意见条数/);
  await secretary.open(href);
  const text = secretary.labelled('完成情况');
  assert.equal(await text.getAttribute('aria-invalid'), 'true');
  await secretary.at('returned to the school');
});

test('a return without a reason is not sent, and says so', async () => {
  const officer = await world.signedIn('officer', '', { script: false });
  await officer.open('/review');
  await officer.go('button', /^退回/, items(officer).first());
  assert.match(await officer.words(), /理由/);
  assert.match(await officer.main(), /没有处理|请/);
  await officer.at('no reason');
});

test('without script the queue is emptied in one batch', async () => {
  const officer = await world.signedIn('officer', '', { script: false });
  await officer.open('/review');
  const boxes = items(officer).getByRole('checkbox', { name: /^选中/ });
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await officer.go('button', '通过所选');
  assert.match(await officer.words(), /2 份/);
});

test('the officer extends one and exempts another, each with its reason', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/progress');
  const board = officer.by('table').first();
  const cells = board.getByRole('link', { name: /未开始/ });
  const first = await cells.nth(0).getAttribute('href');
  const second = await cells.nth(1).getAttribute('href');
  await officer.open(first);
  await officer.at('why not begun');
  await officer.type('延到', '2027-01-15');
  await officer.typeIn(officer.labelled('理由').first(), '校舍搬迁。');
  await officer.go('button', '延期');
  assert.match(await officer.main(), /2027年1月15日/);
  await officer.at('extended');
  await officer.open(second);
  await officer.type(/免除理由/, '本学期正在撤并。');
  await officer.go('button', '免除');
  assert.match(await officer.main(), /免除|本学期正在撤并/);
  await officer.at('exempted');
});
