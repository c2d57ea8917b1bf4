'use strict';
(() => {
  const main = () => document.querySelector('main'), all = query => document.querySelectorAll(query);
  const pause = seconds => new Promise(done => setTimeout(done, seconds * 1000));
  const tell = text => { document.getElementById('say').textContent = text; };
  let start = Date.now();

  // A module of a bar code is as many whole device pixels wide as there is room for, from a whole one on.
  function fit() {
    for (const bars of all('.bars svg')) {
      bars.style.setProperty('--length', 'auto'); bars.style.left = bars.style.top = '0';
      const modules = +bars.dataset.modules, dots = devicePixelRatio, room = bars.classList.contains('flat') ? bars.parentNode.clientWidth : Math.max(modules, 480);
      const width = Math.max(1, Math.floor(Math.min(room / modules, 2) * dots)) / dots;
      bars.style.setProperty('--length', modules * width + 'px');
      const place = bars.getBoundingClientRect(), x = place.left + scrollX, y = place.top + scrollY;
      bars.style.left = Math.round(x * dots) / dots - x + 'px'; bars.style.top = Math.round(y * dots) / dots - y + 'px';
    }
  }

  function count() {
    for (const left of all('[data-left]')) {
      const seconds = left.dataset.left - (Date.now() - start) / 1000, words = left.dataset.words.split('|');
      const unit = [86400, 3600, 60].findIndex(length => seconds >= length);
      const number = unit < 0 ? 0 : Math.floor(seconds / [86400, 3600, 60][unit]);
      left.textContent = unit < 0 ? words[6] : words[unit * 2 + (number > 1)].replace('#', number);
    }
  }

  async function copy(button) {
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch {
      const box = document.createElement('textarea');
      box.value = button.dataset.copy; document.body.append(box); box.select(); document.execCommand('copy'); box.remove(); button.focus();
    }
    const text = button.textContent;
    if (button.classList.contains('done')) return;
    button.textContent = button.dataset.done; button.classList.add('done'); tell(button.dataset.done);
    await pause(2);
    button.textContent = text; button.classList.remove('done'); tell('');
  }

  // The page anew in its place, where it has changed.
  async function refresh() {
    const answer = await fetch(location.href, { cache: 'no-store' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html'), fresh = page.querySelector('main[data-state]');
    if (!answer.ok || !fresh) throw new Error(answer.status);
    main().replaceWith(document.adoptNode(fresh)); document.title = page.title; start = Date.now();
    tell([...all('.state, h1')].map(node => node.textContent).join(': ')); fit(); count();
  }

  async function follow() {
    for (let failures = 0; main().dataset.live !== undefined;) {
      const began = Date.now(), { state, version } = main().dataset;
      try {
        if (document.hidden) await new Promise(done => document.addEventListener('visibilitychange', done, { once: true }));
        const answer = await fetch(`${location.pathname}/state?wait=25&seen=${state}.${version}`, { cache: 'no-store' });
        if (!answer.ok) throw new Error(answer.status);
        const now = await answer.json();
        if (now.state !== state || String(now.version) !== version) await refresh();
        failures = 0;
      } catch { await pause(Math.min(60, 2 ** ++failures)); }
      if (Date.now() - began < 1000) await pause(1);
    }
  }

  document.addEventListener('click', event => {
    const button = event.target.closest('button');
    if (button && button.dataset.copy !== undefined) copy(button); else if (button && button.dataset.print !== undefined) print();
  });
  addEventListener('resize', fit);
  fit(); count(); setInterval(count, 10000); follow();
})();
