// The school: a task handed in with what is already recorded, taken back, handed on, put right.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PICTURE, escaped, somebodyWith } from '../school.mjs';
import { World } from '../world.mjs';

let world;
before(async () => { world = await World.begin('school'); });
after(() => world?.end());

const offered = page => page.page.getByRole('group', { name: /已有记录/ });

test('S2: a task is handed in with the records already held, in at most 4 clicks, 1 field and 2 pages', async () => {
  const { person, title, button } = await somebodyWith(world, 'secretary', /确认使用|报送/, /name="record"[^>]*checked/);
  await person.at('first page');
  person.reset();
  await person.goOn(button);
  const ticks = offered(person).getByRole('checkbox');
  assert.ok(await ticks.count() > 0);
  for (const tick of await ticks.all()) assert.ok(await tick.isChecked(), 'what was found is ticked');
  const text = person.labelled('完成情况');
  if (!(await text.inputValue())) await person.typeIn(text, '已按要求完成，记录见附。');
  await person.go('button', /^报送|^提交/);
  const took = person.counts();
  assert.match(await person.words(), new RegExp(`已报送.*${escaped(title)}`));
  assert.ok(took.clicks <= 4, `clicks: ${took.clicks}`);
  assert.ok(took.typed <= 1, `typed: ${took.typed}`);
  assert.ok(took.loads <= 2, `loads: ${took.loads}`);
  await person.at('handed in');
  await person.go('button', '撤销');
  assert.doesNotMatch(await person.words(), new RegExp(`已报送“${escaped(title)}`));
  await person.at('undone');
});

test('S2 with a new file: at most 6 clicks; the picture is shrunk, sent and shown', async () => {
  const { person, title, button } = await somebodyWith(world, 'secretary', /报送|确认使用/, /aria-label="选择文件"/);
  await person.goOn(button);
  await person.giveFile('选择文件', PICTURE);
  await person.typeIn(person.labelled('完成情况'), '已召开座谈会，照片一张。');
  await person.sees('已传好');
  await person.at('with a file');
  await person.go('button', /^报送|^提交/);
  const took = person.counts();
  assert.ok(took.clicks <= 6 && took.typed <= 1 && took.loads <= 2, JSON.stringify(took));
  assert.match(await person.words(), /已报送/);
  await person.go('link', title);
  assert.match(await person.main(), /座谈会照片/);
  await person.at('waiting for review');
  await person.go('button', /撤回/);
  assert.equal(await person.labelled('完成情况').inputValue(), '已召开座谈会，照片一张。', 'the text is still there');
  assert.match(await person.main(), /座谈会照片/, 'and so is the file');
  await person.at('withdrawn');
});

test('a task handed in empty says what is missing and keeps the page', async () => {
  const { person, button } = await somebodyWith(world, 'secretary', /^报送/, html => !/name="record"/.test(html));
  await person.goOn(button);
  await person.go('button', /^报送|^提交/);
  await person.by('alert').waitFor();
  assert.equal(await person.page.evaluate(() => document.activeElement.getAttribute('role')), 'alert', 'the summary has the focus');
  await person.at('nothing in it');
  const link = person.by('alert').getByRole('link').first();
  await person.clickOn(link);
  const on = await person.page.evaluate(() => document.activeElement.id);
  assert.ok(on, 'its link leads to the field');
});

test('without script the same form hands the task in, file and all', async () => {
  const { person, href } = await somebodyWith(world, 'secretary', /报送|确认使用/, /aria-label="选择文件"/);
  const plain = await world.person({ script: false });
  await plain.signIn(person.account);
  await plain.open(href);
  await plain.at('item without script');
  await plain.type('完成情况', '不用脚本也能报送。');
  await plain.giveFile('选择文件', PICTURE);
  await plain.go('button', /^报送|^提交/);
  assert.match(await plain.words(), /已报送/);
  await plain.open(href);
  assert.match(await plain.main(), /不用脚本也能报送/);
  assert.match(await plain.main(), /座谈会照片/);
});

test('what is typed is kept by itself, and is there on the next visit', async () => {
  const { person, href } = await somebodyWith(world, 'secretary', /^报送/);
  await person.open(href);
  await person.type('完成情况', '写到一半的情况说明');
  await person.sees(/已自动保存/);
  await person.open(href);
  assert.equal(await person.labelled('完成情况').inputValue(), '写到一半的情况说明');
});

test('a duty is handed on inside the school and appears with the colleague', async () => {
  const { person, title, href } = await somebodyWith(world, 'superior_secretary', /报送|去记录/, /转交同事/, html => !/name="words"[^>]*value/.test(html));
  await person.open(href);
  await person.unfold('转交同事');
  const colleague = world.accounts.find(a => a.role === 'committee_member' && a.organisation.startsWith(person.account.organisation.replace('党总支', '')));
  const other = await world.person();
  await other.signIn(colleague);
  const name = (await other.words()).match(/支委委员 · (\S+)/)[1];
  const options = await person.labelled('转交给').locator('option').allInnerTexts();
  await person.choose('转交给', { label: options.find(o => o.startsWith(name)) });
  await person.type(/附一句话/, '请先起草。');
  await person.at('hand on');
  await person.go('button', '转交');
  assert.match(await person.words(), /已转交/);
  await person.at('handed on');
  await other.open('/duties');
  assert.match(await other.main(), new RegExp(escaped(title)), `${name} sees it`);
  await other.at('handed to me');
});

test('an extension is asked for with its reason, and refused without a day after the deadline', async () => {
  const { person, href } = await somebodyWith(world, 'secretary', /报送/, /申请延期/);
  await person.open(href);
  await person.unfold('申请延期');
  await person.type('延到', '2026-11-01');
  await person.type('理由', '组织委员外出培训。');
  await person.go('button', '申请');
  await person.by('alert').first().waitFor();
  await person.at('extension too early');
  await person.open(href);
  await person.unfold('申请延期');
  await person.type('延到', '2027-01-08');
  await person.type('理由', '组织委员外出培训。');
  await person.go('button', '申请');
  assert.match(await person.words(), /已申请延期/);
  await person.at('extension asked');
});

test('what was returned says why at the field, and goes in again', async () => {
  const found = await somebodyWith(world, 'secretary', /去补正/);
  await found.person.goOn(found.button);
  const text = found.person.labelled('完成情况');
  assert.equal(await text.getAttribute('aria-invalid'), 'true', 'the field itself is marked');
  assert.match(await found.person.main(), /退回/);
  await found.person.at('returned');
  await found.person.typeIn(text, `${await text.inputValue()} 家长会意见 6 条。`);
  await found.person.go('button', /报送|提交/);
  assert.match(await found.person.words(), /已报送/);
});

test('a lecture recorded once answers its item by itself', async () => {
  const { person, title, button } = await somebodyWith(world, 'secretary', /去记录/, /<h1>书记上讲台/);
  await person.goOn(button);
  await person.at('item answered by a record');
  await person.go('link', '去记录');
  await person.at('lecture form');
  const kind = person.by('radio', /^书记上讲台/);
  if (!(await kind.isChecked())) await kind.check();
  await person.choose('主讲人', { index: 1 });
  await person.type('题目', '以党建引领课堂改革');
  await person.go('button', '保存');
  await person.at('lecture kept');
  await person.open('/duties');
  const open = person.by('main').getByRole('link', { name: new RegExp(`去记录.*${escaped(title)}`) });
  assert.equal(await open.count(), 0, 'nothing is left to do');
  await person.open('/duties/done');
  assert.match(await person.main(), new RegExp(escaped(title)));
  await person.at('done');
  await person.go('link', /^台账/);
  assert.match(await person.main(), /以党建引领课堂改革/);
  await person.at('ledger');
});

test('a lecture without its title is refused at the field, nothing typed is lost', async () => {
  const person = await world.signedIn('secretary');
  await person.open('/records/new');
  await person.type(/^要点/, '写了要点，忘了题目。');
  await person.go('button', '保存');
  await person.by('alert').first().waitFor();
  assert.equal(await person.labelled(/^要点/).inputValue(), '写了要点，忘了题目。');
  await person.at('lecture form with errors');
});

test('a role that is taken away between page and submit stops the submit', async () => {
  const { person, href } = await somebodyWith(world, 'secretary', /^报送/);
  await person.open(href);
  await person.labelled('完成情况').fill('权限已被收回。');
  await person.page.waitForTimeout(1500);
  const security = await world.signedIn('security_admin');
  await security.open('/roles');
  await security.at('roles');
  const row = security.by('row', new RegExp(`${person.account.username}|${person.account.organisation}`)).first();
  await security.goOn(row.getByRole('link').first());
  await security.at('one grant');
  const why = security.labelled(/理由|原因/);
  if (await why.count()) await security.typeIn(why.first(), '岗位调整');
  await security.goOn(security.by('main').getByRole('button', { name: /收回|撤销|取消/ }).first());
  await security.at('grant revoked');
  await person.go('button', /^报送|^提交/);
  assert.doesNotMatch(await person.words(), /已报送/);
  await person.at('submit after the role was taken');
});
