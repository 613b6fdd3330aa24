// Takes the pictures of docs/manual from the demo's county: `node journeys/pictures.mjs [name…]`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillSheet } from './sheet.mjs';
import { World } from './world.mjs';

const manual = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../docs/manual');
const only = process.argv.slice(2);
const world = await World.begin('pictures');
const size = { width: 1366, height: 860 };

// A picture of where somebody stands: the top of the page, or all of it.
async function shot(person, name, { fullPage = false } = {}) {
  if (only.length && !only.includes(name)) return;
  await person.page.waitForLoadState('networkidle');
  await person.page.screenshot({ path: path.join(manual, `${name}.png`), fullPage });
  console.log(name);
}

async function school() {
  const secretary = await world.signedIn('secretary', '城南小学', size);
  await shot(secretary, 'todo');
  await secretary.page.locator('.duty .btn').first().click();
  await shot(secretary, 'item');
}

async function sheet(officer) {
  await shot(officer, 'office');
  const word = fs.readdirSync(world.data).find(name => name.endsWith('.docx'));
  await officer.giveFile('选择文件', path.join(world.data, word));
  await officer.sees('已传好');
  await officer.go('button', '读出任务');
  await shot(officer, 'draft');
  for (const tick of await officer.labelled(/^第 \d+ 项 已核对$/).all()) if (!(await tick.isChecked())) await tick.check();
  const days = officer.labelled(/^第 \d+ 项 何时$/);
  for (const day of await days.all()) if (!(await day.inputValue())) await day.fill('2027-02-20');
  await officer.go('button', /^下一步/);
  await shot(officer, 'check');
  await officer.go('button', /^下发给/);
  await shot(officer, 'issued');
}

// The last quarter's ranking as the office and as a school see it, and its bulletin's first page.
async function ranking(officer) {
  await officer.page.goto(`${world.url}/rankings`);
  await officer.by('table', '排名').getByRole('link').first().click();
  await shot(officer, 'ranking');
  const word = await officer.download(officer.by('link', /Word/));
  if (!only.length || only.includes('bulletin')) {
    spawnSync('soffice', ['--headless', '--convert-to', 'pdf', '--outdir', world.folder, word.place]);
    const pdf = path.join(world.folder, `${path.parse(word.place).name}.pdf`);
    spawnSync('pdftoppm', ['-png', '-r', '70', '-f', '1', '-l', '1', '-singlefile', pdf, path.join(manual, 'bulletin')]);
    console.log('bulletin');
  }
  const secretary = await world.signedIn('secretary', '文庙小学', size);
  await secretary.page.goto(officer.page.url());
  await shot(secretary, 'ranking-own');
  await secretary.page.goto(`${world.url}/account/reminders`);
  await shot(secretary, 'reminders');
}

// A roster looked at before it goes in.
async function roster(officer) {
  await officer.page.goto(`${world.url}/members/import`);
  const template = await officer.download(officer.by('link', '下载模板'));
  const filled = fillSheet(template.place, [
    { 单位: '城南小学党支部', 姓名: '陶知远', 性别: '男', 出生日期: '1990-05-06', 党员身份: '正式党员', 党员类别: '在职' },
    { 单位: '城南小学党支部', 姓名: '季闻溪', 性别: '女', 出生日期: '1995-02-11', 党员身份: '预备党员', 党员类别: '在职' },
    { 单位: '没有的支部', 姓名: '阮青', 性别: '女', 党员身份: '正式党员', 党员类别: '在职' },
  ]);
  await officer.giveFile('表格文件', filled);
  await officer.go('button', '上传并核对');
  await shot(officer, 'import');
}

try {
  await school();
  const officer = await world.signedIn('officer', '', size);
  await sheet(officer);
  for (const [name, at] of [['review', '/review'], ['board', '/progress'], ['organisations', '/organisations']]) {
    await officer.page.goto(world.url + at);
    await shot(officer, name);
  }
  await ranking(officer);
  await roster(officer);
  const school1 = await world.signedIn('secretary', '城南小学', size);
  await school1.page.goto(`${world.url}/feedback`);
  await school1.page.fill('[name=words]', '意见征集情况与上季度要的材料重复，能不能沿用？');
  await school1.go('button', '提交');
  for (const [name, at] of [['feedback', '/feedback/all'], ['burden', '/burden']]) {
    await officer.page.goto(world.url + at);
    await shot(officer, name);
  }
  const system = await world.signedIn('system_admin', '', size);
  await system.page.goto(`${world.url}/settings/channels`);
  await shot(system, 'channels');
} finally {
  await world.end();
}
