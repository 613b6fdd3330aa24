// The page as it comes out of the printer, read back by poppler.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export async function paper(person) {
  const { page, world } = person;
  const place = path.join(world.folder, 'paper.pdf');
  fs.writeFileSync(place, await page.pdf({ format: 'A4', printBackground: true }));
  const text = spawnSync('pdftotext', ['-layout', place, '-'], { encoding: 'utf8' }).stdout;
  return { pages: text.split('\f').length - 1, text, place };
}
