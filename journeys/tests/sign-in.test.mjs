import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World } from '../world.mjs';

let world;
before(async () => { world = await World.begin('sign-in'); });
after(() => world?.end());

test('a wrong password says so and keeps the name; the third one makes wait; the right one enters', async () => {
  const person = await world.person();
  const account = world.account('secretary');
  await person.open('/duties');
  assert.match(person.page.url(), /\/sign-in/, 'a stranger is asked to sign in');
  await person.at('sign-in');
  for (let i = 0; i < 3; i += 1) {
    await person.labelled('用户名').fill(account.username);
    await person.labelled('密码').fill('not-the-password');
    await person.go('button', '登录');
    assert.equal(await person.labelled('用户名').inputValue(), account.username);
    await person.by('alert').waitFor();
    if (i === 0) await person.at('wrong password');
  }
  await person.labelled('密码').fill(account.password);
  await person.go('button', '登录');
  assert.match(await person.by('alert').innerText(), /秒/, 'even the right password waits now');
  await person.at('wait');
  await person.page.waitForTimeout(5500);
  await person.labelled('密码').fill(account.password);
  await person.go('button', '登录');
  assert.match(person.page.url(), /\/duties/, 'on to the page that was asked for');
});

test('a form of a session that was ended elsewhere loses nothing and says what to do', async () => {
  const account = world.account('secretary');
  const here = await world.signedIn('secretary');
  await here.open('/account/password');
  const { csrf } = await here.page.evaluate(() => ({ csrf: document.querySelector('meta[name=csrf]').content }));
  assert.ok(csrf);
  await here.context.clearCookies();
  for (const field of await here.page.locator('input[type=password]').all()) await field.fill(account.password);
  await here.goOn(here.page.getByRole('main').getByRole('button').first());
  await here.at('session gone');
  assert.match(await here.main(), /登录/);
});

test('nobody else can see the account pages of the administrators', async () => {
  const person = await world.signedIn('secretary');
  const answer = await person.open('/accounts');
  assert.equal(answer.status(), 404);
  await person.at('not found');
});
