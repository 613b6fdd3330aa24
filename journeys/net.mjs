// What travels for a page, as the browser's own network log counts it.
export async function weigh(person, deed) {
  const session = await person.context.newCDPSession(person.page);
  await session.send('Network.enable');
  const asked = new Map();
  const kept = new Set();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (!response.fromDiskCache && !kept.has(requestId) && /^http/.test(response.url)) asked.set(requestId, response.url);
  });
  session.on('Network.requestServedFromCache', ({ requestId }) => kept.add(requestId));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (asked.has(requestId)) bytes += encodedDataLength;
  });
  await deed();
  await person.page.waitForLoadState('networkidle');
  await session.detach();
  return { bytes, urls: [...asked.values()].map(url => new URL(url).pathname) };
}
