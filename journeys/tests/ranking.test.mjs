// A ranking from its draft to its publication: each organisation first sees its own line, says what
// is wrong, and the answer makes a new edition; nobody reads the others before it is published.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { paper } from '../paper.mjs';
import { readSheet } from '../sheet.mjs';
import { World } from '../world.mjs';

let world;
before(async () => { world = await World.begin('ranking'); });
after(() => world?.end());

const SCHOOL = '城南小学';
const TITLE = '第四季度前段排名';
const item = person => person.by('table', '计分事项').getByRole('row').filter({ hasText: /逾期完成|未完成/ }).first();

test('a ranking is drafted and sent to those it ranks', async () => {
  const officer = await world.signedIn('officer');
  await officer.go('link', '排名', officer.by('navigation', '主导航'));
  await officer.at('rankings');
  await officer.go('link', '新建排名');
  await officer.go('link', /^本季度至昨天/);
  await officer.at('new ranking');
  await officer.type(/^标题/, TITLE);
  await officer.go('button', '看算出来的名次');
  await officer.at('drafted');
  assert.match(await officer.main(), /草拟中，只有党建办看得到/);
  await officer.go('link', '送核');
  await officer.at('check before sending');
  assert.match(await officer.main(), /书记、支委委员各收到一条待阅/);
  await officer.go('button', /^送 49 个党组织核对$/);
  await officer.at('sent');
});

test('a school sees its own line first, opens every point and objects', async () => {
  const secretary = await world.signedIn('secretary', SCHOOL);
  await secretary.open('/rankings');
  await secretary.go('link', TITLE);
  await secretary.at('own line first');
  const main = await secretary.main();
  assert.match(main, new RegExp(`${SCHOOL}党支部的成绩`));
  assert.doesNotMatch(main, /文庙小学|双泉初级中学/, 'nobody else is named before publication');
  assert.match(main, /得分 = 合计得分/);
  const said = await item(secretary).getByRole('rowheader').innerText();
  const title = said.split('\n')[0];
  await secretary.go('link', '提出异议');
  await secretary.at('objection');
  await secretary.go('button', '提交异议');
  assert.match(await secretary.main(), /没有提交/, 'an empty objection is told so');
  await secretary.at('objection without words');
  await secretary.clickOn(secretary.by('radio', new RegExp(title.replace(/[“”（）]/g, '.'))).first());
  await secretary.type('哪里与事实不符', '材料已按期交到党建办，窗口签收单在学校。');
  await secretary.go('button', '提交异议');
  await secretary.at('objected');
  world.objected = title;
});

test('the other schools see none of it', async () => {
  const other = await world.signedIn('secretary', '文庙小学');
  await other.open('/rankings');
  await other.go('link', TITLE);
  assert.doesNotMatch(await other.main(), /城南小学/);
});

test('nothing is published before the days are over and the objection is answered; upheld, it makes a new edition', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/rankings');
  await officer.go('link', TITLE);
  await officer.go('link', '公布');
  await officer.at('not to be published yet');
  assert.equal(await officer.by('button', '公布').count(), 0);
  await officer.open('/rankings');
  await officer.go('link', TITLE);
  await officer.go('link', new RegExp(SCHOOL), officer.by('table', '异议'));
  await officer.at('objection to answer');
  await officer.clickOn(officer.by('radio', /^成立/));
  await officer.clickOn(officer.by('radio', '按时'));
  await officer.type('核实情况', '签收单属实，按时计。');
  await officer.go('button', '答复');
  await officer.at('answered');
  await officer.open('/rankings');
  await officer.go('link', TITLE);
  await officer.at('second edition');
  assert.match(await officer.main(), /第 2 版/);
  await officer.go('link', '第 1 版');
  await officer.at('first edition, still readable');
  assert.match(await officer.main(), /已被新的一版取代/);
});

test('after the days it is published by a named person, and the bulletin is an official document', async () => {
  await world.stop();
  await world.serve('2026-12-07');
  const officer = await world.signedIn('officer');
  await officer.open('/rankings');
  await officer.go('link', TITLE);
  await officer.go('link', '公布');
  await officer.at('check before publication');
  await officer.go('button', '公布');
  await officer.at('published');
  assert.match(await officer.main(), /2026年12月7日由 ?\S+ ?公布/);
  const word = await officer.download(officer.by('link', /Word/));
  assert.equal(word.bytes.subarray(0, 2).toString(), 'PK');
  const sheet = await officer.download(officer.by('link', /导出/));
  assert.match(sheet.name, /^[^_]+_[^_]+_\d{8}\.xlsx$/);
  assert.ok(readSheet(sheet.place, '党组织').length >= 49);
  await officer.go('link', '打印');
  await officer.at('ranking to print');
  const { pages } = await paper(officer);
  assert.ok(pages >= 1);
});

test('once published, the participants of the quarterly meeting read all of it', async () => {
  const secretary = await world.signedIn('secretary', SCHOOL);
  await secretary.open('/rankings');
  await secretary.go('link', TITLE);
  await secretary.at('published, for a school');
  const main = await secretary.main();
  assert.match(main, /文庙小学/);
  await secretary.go('link', new RegExp(`${SCHOOL}党支部`), secretary.by('table', '总排名'));
  await secretary.at('own line after the objection');
  assert.match(await secretary.main(), /第 2 版由“(未完成|逾期完成)”更正：签收单属实/);
});
