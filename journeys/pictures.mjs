// Takes the pictures of docs/manual from the demo's county: `node journeys/pictures.mjs [name…]`.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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

try {
  await school();
  const officer = await world.signedIn('officer', '', size);
  await sheet(officer);
  for (const [name, at] of [['review', '/review'], ['board', '/progress'], ['organisations', '/organisations']]) {
    await officer.page.goto(world.url + at);
    await shot(officer, name);
  }
} finally {
  await world.end();
}
