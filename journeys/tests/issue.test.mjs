// From the Word file to an issued sheet.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { paper } from '../paper.mjs';
import { World } from '../world.mjs';

let world;
before(async () => { world = await World.begin('issue'); });
after(() => world?.end());

const ready = () => path.join(world.data, fs.readdirSync(world.data).find(name => name.endsWith('.docx')));

test('S4: a 12-item sheet from Word is issued with 2 corrections in at most 10 clicks, 2 fields and 3 pages', async () => {
  const officer = await world.signedIn('officer');
  await officer.at('first page');
  officer.reset();
  if (!(await officer.labelled('选择文件').count())) await officer.go('link', /交办单$/, officer.by('main'));
  await officer.giveFile('选择文件', ready());
  await officer.sees('已传好');
  await officer.go('button', '读出任务');
  await officer.at('draft');
  const items = officer.labelled(/^第 \d+ 项 要做什么$/);
  assert.equal(await items.count(), 12);
  const doubts = officer.labelled(/^第 \d+ 项 已核对$/);
  const doubtful = await doubts.count();
  // The two corrections: what was doubtful gets its day.
  const empty = officer.labelled(/^第 \d+ 项 何时$/);
  let corrected = 0;
  for (const day of await empty.all()) {
    if (corrected < 2 && !(await day.inputValue())) { await officer.typeIn(day, '2027-02-20'); corrected += 1; }
  }
  for (let i = 0; i < doubtful; i += 1) if (!(await doubts.nth(i).isChecked())) await officer.clickOn(doubts.nth(i));
  if (corrected < 2) await officer.typeIn(items.first(), '制定年度党建工作计划');
  await officer.go('button', /^下一步/);
  await officer.at('check');
  assert.match(await officer.main(), /要谁做/);
  await officer.go('button', /^下发给/);
  await officer.at('issued');
  const took = officer.counts();
  assert.match(await officer.main(), /〔202[67]〕\d+号/);
  assert.ok(took.clicks <= 10, `clicks: ${took.clicks}`);
  assert.ok(took.typed <= 2, `typed: ${took.typed}`);
  assert.ok(took.loads <= 3, `loads: ${took.loads}`);
});

test('the issued sheet is an official document: on paper and in Word', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/sheets');
  await officer.at('sheets');
  await officer.goOn(officer.by('table').getByRole('link').first());
  const word = await officer.download(officer.by('link', /Word/));
  assert.equal(word.bytes.subarray(0, 2).toString(), 'PK');
  await officer.go('link', '打印');
  await officer.at('sheet to print');
  const { pages, text } = await paper(officer);
  assert.ok(pages >= 1);
  assert.match(text.replace(/\s/g, ''), /〔2026〕\d+号|〔2027〕\d+号/);
});

test('the sheet reaches the schools: news and what is due', async () => {
  const secretary = await world.signedIn('secretary', '桥北小学');
  await secretary.open('/notices');
  assert.match(await secretary.main(), /交办单|下发/);
});

test('a text that is pasted is read as well, and a draft can be given up', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/sheets/new');
  await officer.at('new sheet');
  await officer.unfold('没有文件');
  await officer.type('正文', '关于做好近期工作的通知\n一、召开座谈会。各基层党组织12月10日前召开座谈会，报送会议记录。\n二、清点党员教育资料。各党支部12月底前完成清点。');
  await officer.go('button', '读出任务');
  assert.equal(await officer.labelled(/^第 \d+ 项 要做什么$/).count(), 2);
  await officer.at('draft of a pasted text');
  await officer.unfold('放弃这份草稿');
  await officer.go('button', '放弃草稿');
  await officer.at('draft given up');
});

test('a file that cannot be read is refused with the way out', async () => {
  const officer = await world.signedIn('officer', '', { script: false });
  await officer.open('/sheets/new');
  await officer.giveFile('选择文件', { name: '坏文件.docx', mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', buffer: Buffer.from('PK\u0003\u0004 not really') });
  await officer.go('button', '读出任务');
  assert.match(await officer.words(), /请|换|另存/);
  await officer.at('unreadable file');
});
