// What the journeys of a school look for before they begin; nothing here is counted.

const HEAD = { origin: '', 'content-type': 'application/x-www-form-urlencoded' };

// Signs in without a browser; the session's cookie.
async function enter(world, account) {
  const body = new URLSearchParams({ username: account.username, password: account.password, next: '/' });
  const answer = await fetch(`${world.url}/sign-in`, { method: 'POST', body, redirect: 'manual', headers: { ...HEAD, origin: world.url } });
  const cookie = (answer.headers.get('set-cookie') || '').split(';')[0];
  if (!cookie) throw new Error(`${account.username} does not get in: ${answer.status}`);
  return cookie;
}

// The open duties of that role: who, what the card offers, and the page of the duty as sent.
async function survey(world, role) {
  world.surveys = world.surveys || {};
  if (world.surveys[role]) return world.surveys[role];
  const found = [];
  const accounts = world.accounts.filter(a => a.role === role);
  // Every third, so that all zones and kinds are among them.
  for (const account of accounts.filter((_, i) => accounts.length < 20 || i % 3 === 0)) {
    const cookie = await enter(world, account);
    const read = async path => (await fetch(world.url + path, { headers: { cookie } })).text();
    const first = await read('/duties');
    for (const card of first.matchAll(/<a class="btn" href="([^"]+)" aria-label="([^":：]+)[:：]([^"]+)"/g)) {
      const [, href, action, title] = card;
      found.push({ account, cookie, href, action, title, html: await read(href) });
    }
  }
  world.surveys[role] = found;
  return found;
}

// Somebody of that role with a duty whose card offers that action and whose page holds `fits`; they
// stand on their first page. No duty is given twice.
export async function somebodyWith(world, role, action, ...fits) {
  const all = await survey(world, role);
  const one = all.find(d => !d.taken && action.test(d.action) && fits.every(f => (typeof f === 'function' ? f(d.html) : f.test(d.html))));
  if (!one) throw new Error(`no ${role} has a duty to “${action}” with ${fits}; there are ${JSON.stringify([...new Set(all.map(d => d.action))])}`);
  one.taken = true;
  const person = await world.person();
  const [name, value] = one.cookie.split(/=(.*)/s);
  await person.context.addCookies([{ name, value, url: world.url }]);
  await person.open('/');
  person.account = one.account;
  person.reset();
  const button = person.by('main').getByRole('link', { name: new RegExp(`^${one.action}.${escaped(one.title)}$`) }).first();
  return { person, title: one.title, href: one.href, button };
}

// Words as a pattern that matches just them.
export function escaped(words) { return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'); }

// A small picture, as a school would attach.
export const PICTURE = {
  name: '座谈会照片.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAT0lEQVR4nJXCERaFAABE0beS4TAMwzAMwzAMw49h2CJmgX8N755Lh6h0jEqnqHSOSpeodI1Kt6h0j0qPqPSMSq+o9I5Kf1HpE5W+UekX9Q/Y9jYQAsyx7AAAAABJRU5ErkJggg==', 'base64'),
};
