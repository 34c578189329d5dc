// Tries the page as a person would: it opens, both arms' figures move, a click stops a server, a click on a call tells
// its story, and nothing throws. What comes of it goes to the desk.

const frame = document.getElementById('page');
const errors = [];
const find = (selector) => frame.contentDocument.querySelector(selector);

async function until(what, holds, limit = 20_000) {
  const end = performance.now() + limit;
  for (let found = holds(); ; found = holds()) {
    if (found) return found;
    if (errors.length > 0) throw new Error(errors.join('; '));
    if (performance.now() > end) throw new Error(`in ${limit} ms not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listen() {
  const { contentWindow: page } = frame;
  page.addEventListener('error', ({ message }) => errors.push(message));
  page.addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
  page.console.error = (...told) => errors.push(told.join(' '));
}

/** The figures of the first row: calls of both arms. */
const calls = () => [...(find('#figures tr')?.cells ?? [])].slice(1).map(({ textContent }) => Number(textContent));

async function tryPage() {
  await until('the page', () => frame.contentDocument?.querySelector('#chart'));
  listen();
  await until('a server', () => find('#server-a0'));
  const before = await until('calls of both arms', () => calls().length === 2 && calls().every((count) => count > 20) && calls());
  await until('more of them', () => calls().every((count, arm) => count > before[arm]));
  find('#server-a0').click();
  await until('a stopped server', () => find('#server-a0').classList.contains('stopped'));
  await until('a server that goes on', () => !find('#server-a0').classList.contains('stopped'));
  await until('the story of a call', clickSomewhere);
  if (errors.length > 0) throw new Error(errors.join('; '));
}

/** Clicks beside the newest calls, where one is sooner or later. */
function clickSomewhere() {
  const chart = find('#chart');
  const { right, top, height } = chart.getBoundingClientRect();
  const [clientX, clientY] = [right - 30 - Math.random() * 60, top + Math.random() * height];
  chart.dispatchEvent(new frame.contentWindow.MouseEvent('click', { clientX, clientY, bubbles: true }));
  return /^(Read|Write)/.test(find('#story h2').textContent);
}

const told = await tryPage().then(
  () => ['result', '[]'],
  (error) => ['failed', String(error.stack ?? error)],
);
await fetch(`/desk/${told[0]}/browser`, { method: 'PUT', body: told[1] });
