// What holds for every page in every state: axe finds nothing, nothing is wider than a phone, no
// word of another language, and a picture is kept for people to look at.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function look(person, name) {
  const { page, world } = person;
  await page.screenshot({ path: path.join(world.shots, `${name}.png`), fullPage: true });
  if (!person.script) return;
  const found = [...(await violations(page)), ...(await phone(person, name)), ...(await words(page)), ...(await marks(page))];
  assert.deepEqual(found, [], `${name} (${page.url()})`);
}

// WCAG and good practice, as axe judges at 1366 px.
async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.map(v => `axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`);
}

// At 360 px nothing sticks out but what scrolls in its own box.
async function phone(person, name) {
  const { page, world } = person;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.evaluate(() => new Promise(ok => { requestAnimationFrame(() => requestAnimationFrame(ok)); }));
  const out = await page.evaluate(() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= 360) return [];
    const boxed = e => { for (let p = e; p; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX) && p !== document.documentElement && p !== document.body) return true; return false; };
    const guilty = [...document.querySelectorAll('main *, header *, footer *')]
      .filter(e => e.getBoundingClientRect().right > 361 && !boxed(e.parentElement)).slice(0, 4)
      .map(e => `${e.tagName.toLowerCase()}.${e.className} “${(e.textContent || '').trim().slice(0, 20)}”`);
    return [`${wide} px wide at 360 px: ${guilty.join(' | ')}`];
  });
  if (process.env.ZHIBU_JOURNEYS_PHONE) {
    await page.screenshot({ path: path.join(world.shots, `${name}-360.png`), fullPage: true });
  }
  await page.setViewportSize(before);
  return out;
}

// The pages speak Chinese; names of formats, keys and the like are the exception.
const KNOWN = /^(SSL|TLS|STARTTLS|TOTP|age|url|public|doc|wps|WPS|Linux|Windows|Android|macOS|iOS|Chrome|Edge|Firefox|Safari|Word|Excel|PDF|JPG|PNG|JPEG|docx|xlsx|pdf|jpg|jpeg|png|txt|csv|MB|KB|GB|px|A4|Ctrl|Enter|Esc|http|https|www|SM3|JSON|CSV|[A-Za-z])$/;
async function words(page) {
  // The page for programmers names what programs send.
  if (new URL(page.url()).pathname === '/api') return [];
  const text = await page.evaluate(() => {
    const main = document.querySelector('main');
    return main ? main.innerText : '';
  });
  // Names of files and accounts are made of letters too.
  const bare = text.replace(/[\w\u4e00-\u9fff〔〕()()—_-]+\.(docx|xlsx|pdf|jpe?g|png|csv|txt)/gi, '').replace(/\b[0-9a-f]{8,}\b/gi, '');
  // So are folders of the machine.
  const plain = bare.replace(/(^|\s)\/[\w.\/-]+/g, '');
  const foreign = [...new Set(plain.match(/[A-Za-z]{3,}/g) || [])].filter(word => !KNOWN.test(word));
  const usernames = new Set(['dangjianban', 'lingdao', 'xitong', 'anquan', 'shenji', 'ducha', 'zongzhi', 'shuji', 'zuzhi', 'xiaozhang', 'dangyuan']);
  const left = foreign.filter(word => !usernames.has(word));
  return left.length ? [`words that are not Chinese: ${left.slice(0, 8).join(', ')}`] : [];
}

// Chinese sentences carry Chinese marks.
async function marks(page) {
  const text = await page.evaluate(() => document.body.innerText);
  const half = [...new Set(text.match(/.{0,6}[\u4e00-\u9fff”》][,;:?!()](?!\s).{0,4}/g) || [])];
  if (process.env.ZHIBU_JOURNEYS_HALF === 'off') return [];
  return half.length ? [`half-width marks: ${half.slice(0, 6).join(' ¦ ')}`] : [];
}
