// Where everybody stands: the board, why a cell is what it is, reminders to those who owe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readSheet } from '../sheet.mjs';
import { World } from '../world.mjs';

let world;
before(async () => { world = await World.begin('progress'); });
after(() => world?.end());

test('every cell of the board says why, and its sums lead to their lists', async () => {
  const officer = await world.signedIn('officer');
  await officer.go('link', '进度', officer.by('navigation', '主导航'));
  await officer.at('board');
  const board = officer.by('table').first();
  for (const status of ['完成', '待审核', '已退回', '逾期', '未开始', '不适用']) {
    const cell = board.getByRole('link', { name: status, exact: true }).first();
    assert.ok(await cell.count(), `the demo shows ${status}`);
    const href = await cell.getAttribute('href');
    const other = await world.person();
    await other.context.addCookies(await officer.context.cookies());
    await other.open(href);
    assert.match(await other.main(), /怎样算出来的/);
    await other.at(`why ${status}`);
    await other.leave();
  }
  const lede = officer.by('main');
  const sum = lede.getByRole('link', { name: /^逾期 |\d+ 件$/ }).last();
  const said = Number((await sum.innerText()).match(/\d+/)[0]);
  await officer.goOn(sum);
  await officer.at('list behind a figure');
  const rows = await officer.by('table').getByRole('row').count() - 1;
  const shown = (await officer.main()).match(/共 (\d+) 件/);
  assert.equal(shown ? Number(shown[1]) : rows, said, 'the figure is the length of its list');
});

test('the board exports to Excel and reads back', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/progress');
  const out = await officer.download(officer.by('link', /导出/));
  assert.match(out.name, /_20261120\.xlsx$/);
  const rows = readSheet(out.place, '党组织');
  assert.ok(rows.length >= 49, `${rows.length} rows`);
});

test('reminders go only to those who owe and were ticked, and reach them', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/progress');
  await officer.go('link', /提醒欠交/);
  await officer.at('reminders');
  // Whoever was reminded today, by the system or by hand, is not told twice: two who were not.
  const rows = await officer.by('table').first().getByRole('row').all();
  const fresh = [];
  for (const row of rows.slice(1)) {
    const name = await row.getByRole('rowheader').innerText();
    const told = /11月20日\s*$/.test(await row.innerText());
    if (!told && world.accounts.some(a => a.role === 'secretary' && a.organisation === name)) fresh.push(name);
  }
  const [left, told] = fresh;
  assert.ok(told, 'the demo has two who owe and were not reminded today');
  await officer.labelled(`选中 ${left}`).setChecked(false);
  await officer.labelled(`选中 ${told}`).setChecked(true);
  await officer.goOn(officer.by('button', '发出所选').first());
  await officer.at('reminders sent');
  const read = async name => {
    const secretary = await world.signedIn('secretary', name);
    await secretary.open('/notices');
    const said = await secretary.main();
    await secretary.at(`news of ${name === told ? 'one told' : 'one left out'}`);
    return said;
  };
  assert.doesNotMatch(await read(left), /办不了可以申请延期/);
  assert.match(await read(told), /办不了可以申请延期/);
});

test('an inspector sees the own zone and nothing beside it', async () => {
  const inspector = await world.signedIn('inspector', '河口片');
  await inspector.open('/progress');
  const said = await inspector.main();
  assert.match(said, /河口片/);
  assert.doesNotMatch(said, /城区片/);
  await inspector.at('board of one zone');
});

test('what is news is read once and then lies under 已阅', async () => {
  const secretary = await world.signedIn('secretary', '桥北小学');
  await secretary.go('link', /^待阅/, secretary.by('navigation', '主导航'));
  await secretary.at('news');
  const open = secretary.by('main').getByRole('button', { name: /^看过了/ });
  const before = await open.count();
  assert.ok(before > 0, 'the sheet that was issued is news');
  await secretary.goOn(open.first());
  assert.equal(await open.count(), before - 1);
  await secretary.open('/notices/read');
  await secretary.at('news read');
});

test('feedback goes to the office and the answer comes back', async () => {
  const secretary = await world.signedIn('secretary', '桥北小学');
  await secretary.goOn(secretary.by('contentinfo').getByRole('link'));
  await secretary.at('feedback');
  await secretary.go('button', '提交');
  await secretary.by('alert').first().waitFor();
  await secretary.type('怎么回事', '月度资料目录和台账重复。');
  await secretary.go('button', '提交');
  assert.match(await secretary.main(), /月度资料目录和台账重复/);
  const officer = await world.signedIn('officer');
  await officer.open('/feedback/all');
  assert.match(await officer.main(), /月度资料目录和台账重复/);
  await officer.at('what schools say');
});
