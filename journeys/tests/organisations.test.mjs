// Organisations and people: the tree, a sheet from Excel with its doubtful rows back, the roster.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fillSheet, readSheet } from '../sheet.mjs';
import { World } from '../world.mjs';

let world;
before(async () => { world = await World.begin('organisations'); });
after(() => world?.end());

test('the officer walks the tree by subordination and by zone', async () => {
  const officer = await world.signedIn('officer');
  await officer.go('link', /^组织/);
  await officer.at('tree');
  const tree = officer.by('navigation', '组织');
  await officer.goOn(officer.by('link', /按片区/, tree).first());
  await officer.at('zones');
  for (const zone of ['城区片', '河口片']) assert.match(await officer.main(), new RegExp(zone));
  await officer.goOn(officer.by('link', /^河口片/, tree).first());
  assert.equal(await officer.heading(), '河口片');
  await officer.at('one zone');
});

test('organisations come in from Excel: seen before written, bad rows back, and undone', async () => {
  const officer = await world.signedIn('officer');
  await officer.go('link', /^组织/);
  await officer.goOn(officer.by('link', '导入').first());
  await officer.at('import');
  const template = await officer.download(officer.by('link', '下载模板'));
  assert.match(template.name, /^[^_]+_.+_20261120\.xlsx$/, 'unit_content_date');
  const sheet = fillSheet(template.place, [
    { 名称: '苗圃幼儿园党支部', 类别: '党支部', 上级: '中共清禾县教育局机关委员会', 片区: '城区片' },
    { 名称: '梧桐小学党支部', 类别: '党支部', 上级: '中共清禾县教育局机关委员会', 片区: '东河片' },
    { 名称: '没有上级的党支部', 类别: '党支部', 上级: '哪里也没有的党委', 片区: '东河片' },
    { 名称: '', 类别: '党支部', 上级: '中共清禾县教育局机关委员会', 片区: '东河片' },
  ]);
  await officer.giveFile('表格文件', sheet);
  await officer.go('button', '上传并核对');
  await officer.at('preview');
  const said = await officer.main();
  assert.match(said, /新增 2/);
  assert.match(said, /没有上级的党支部/);
  const bad = await officer.download(officer.by('link', /下载这些行/));
  const back = readSheet(bad.place, '名称', '类别');
  assert.ok(back.some(row => row.名称 === '没有上级的党支部'));
  assert.ok(back.every(row => Object.values(row).length > 2), 'each row with its reason');
  await officer.go('button', /^导入 2 行/);
  await officer.at('imported');
  await officer.go('button', '撤销这次导入');
  await officer.at('import undone');
  await officer.go('link', '组织', officer.by('navigation', '位置'));
  assert.doesNotMatch(await officer.words(), /苗圃幼儿园党支部/);
});

test('an export comes back in without a change', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/organisations');
  const out = await officer.download(officer.by('link', '导出').first());
  await officer.open('/organisations/import');
  await officer.giveFile('表格文件', out.place);
  await officer.go('button', '上传并核对');
  const said = await officer.main();
  assert.match(said, /新增 0/);
  assert.match(said, /更新 0/);
  assert.match(said, /拿不准 0/);
  assert.match(said, /不能导入 0/);
});

test('a file that is no sheet is refused with the way out', async () => {
  const officer = await world.signedIn('officer');
  await officer.open('/organisations/import');
  await officer.giveFile('表格文件', { name: '名单.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('no workbook') });
  await officer.go('button', '上传并核对');
  await officer.by('alert').waitFor();
  await officer.at('unreadable sheet');
});

test('a secretary edits the roster: one member changed, a wrong number refused with the text kept', async () => {
  const secretary = await world.signedIn('secretary', '桥北小学');
  await secretary.go('link', /^党员/);
  await secretary.at('roster');
  await secretary.goOn(secretary.by('table').getByRole('link').first());
  const name = await secretary.heading();
  await secretary.at('member');
  await secretary.go('link', '修改');
  await secretary.at('member form');
  await secretary.type(/^岗位/, '语文教师');
  await secretary.type(/^公民身份号码/, '990000199001011234');
  await secretary.go('button', '保存');
  await secretary.by('alert').waitFor();
  assert.equal(await secretary.labelled(/^岗位/).inputValue(), '语文教师', 'what was typed is kept');
  await secretary.at('member form, wrong number');
  await secretary.type(/^公民身份号码/, '');
  await secretary.go('button', '保存');
  assert.equal(await secretary.heading(), name);
  assert.match(await secretary.main(), /语文教师/);
});

test('two people change one member: the second sees both texts', async () => {
  const one = await world.signedIn('secretary', '桥北小学');
  const other = await world.signedIn('secretary', '桥北小学');
  await one.open('/members');
  await one.goOn(one.by('table').getByRole('link').nth(1));
  const address = `${new URL(one.page.url()).pathname}/edit`;
  await one.open(address);
  await other.open(address);
  await one.type(/^岗位/, '数学教师');
  await one.go('button', '保存');
  await other.type(/^岗位/, '音乐教师');
  await other.go('button', '保存');
  const said = await other.words();
  assert.match(said, /音乐教师|数学教师/);
  await other.at('stale save');
});

test('members come in from Excel into the roster of a branch', async () => {
  const secretary = await world.signedIn('secretary', '城南小学');
  await secretary.open('/members');
  const template = await secretary.download(secretary.by('link', '下载模板').first());
  await secretary.goOn(secretary.by('link', '导入').first());
  const branch = secretary.account.organisation;
  const sheet = fillSheet(template.place, [
    { 单位: branch, 姓名: '苏禾青', 性别: '女', 出生日期: '1991-04-02', 党员身份: '正式党员', 入党日期: '2012-07-01' },
    { 单位: '别处的党支部', 姓名: '不归这里', 性别: '男', 出生日期: '1990-01-02' },
  ]);
  await secretary.giveFile('表格文件', sheet);
  await secretary.go('button', '上传并核对');
  await secretary.at('members preview');
  assert.match(await secretary.main(), /新增 1/);
  assert.match(await secretary.main(), /别处的党支部|不归这里/);
  await secretary.go('button', /^导入 1 行/);
  await secretary.open('/members');
  assert.match(await secretary.main(), /苏禾青/);
});

test('the roster prints with its head and without the tools', async () => {
  const { paper } = await import('../paper.mjs');
  const secretary = await world.signedIn('secretary', '桥北小学');
  await secretary.open('/members');
  const { pages, text } = await paper(secretary);
  assert.ok(pages >= 1);
  assert.match(text, /党员名册/);
  assert.doesNotMatch(text, /下载模板|筛选/);
});
