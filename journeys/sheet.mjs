// Excel files as an office worker would make and read them (openpyxl, a reader that is not ours).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const python = process.env.ZHIBU_PYTHON
  || path.join(process.env.ZHIBU_TARGET || path.join(here, '..', 'target'), 'venv', 'bin', 'python');

function run(words, input) {
  const done = spawnSync(python, [path.join(here, 'sheet.py'), ...words], { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`sheet.py: ${done.stderr || done.error}`);
  return done.stdout;
}

// Writes the rows into the template; the path of the filled sheet.
export function fillSheet(template, rows) {
  const filled = template.replace(/\.xlsx$/, '-filled.xlsx');
  run(['fill', template, filled], JSON.stringify(rows));
  return filled;
}

// The rows under those headings.
export function readSheet(file, ...headings) {
  return JSON.parse(run(['read', file, ...headings]));
}
