/* Zhibu in the browser. Everything here makes a page quicker; no page needs it.
   Behaviours hang on data-attributes (README.md lists them). ES2019, no library, Chromium 86. */
(function () {
  'use strict';
  var doc = document, root = doc.documentElement;
  root.classList.add('js');
  var $ = (s, at) => (at || doc).querySelector(s);
  var $$ = (s, at) => Array.from((at || doc).querySelectorAll(s));
  var on = (at, type, fn, opt) => { at.addEventListener(type, fn, opt); };
  var meta = function (name) { var m = $('meta[name="' + name + '"]'); return m ? m.content : ''; };
  var wait = function (ms) { return new Promise(ok => { setTimeout(ok, ms); }); };
  var clock = () => new Date().toTimeString().slice(0, 5);
  var el = function (tag, cls, text) { var e = doc.createElement(tag); if (cls) e.className = cls; if (text) e.textContent = text; return e; };

  /* One polite voice for what the eye sees happen. */
  var voice = el('div', 'vh'); voice.setAttribute('role', 'status'); doc.body.appendChild(voice);
  function say(text) { voice.textContent = ''; setTimeout(() => { voice.textContent = text; }, 50); }

  function fields(form, submitter) {
    var out = new URLSearchParams();
    new FormData(form).forEach((v, k) => { if (typeof v === 'string') out.append(k, v); });
    if (submitter && submitter.name) out.append(submitter.name, submitter.value);
    return out;
  }
  function post(url, body) {
    return fetch(url, { method: 'POST', body: body, headers: { 'X-Requested-With': 'zhibu', 'X-Csrf-Token': meta('csrf') } });
  }

  /* kept on this machine: free text and waiting photos, encrypted, for one session */
  var DB = 'zhibu', vault = null;
  function wipe() { vault = null; try { indexedDB.deleteDatabase(DB); } catch (e) { /* nothing was kept */ } }
  function asked(req) { return new Promise(function (ok, no) { req.onsuccess = () => { ok(req.result); }; req.onerror = () => { no(req.error); }; }); }
  function openVault() {
    if (vault) return vault;
    var secret = meta('offline-key');
    if (!secret || !window.crypto || !crypto.subtle || !window.indexedDB) return null;
    var raw = Uint8Array.from(atob(secret), c => c.charCodeAt(0));
    vault = Promise.all([
      crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey']).then(function (k) {
        return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(16), info: new TextEncoder().encode('zhibu offline 1') }, k, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      }),
      new Promise(function (ok, no) {
        var req = indexedDB.open(DB, 1);
        req.onupgradeneeded = () => { req.result.createObjectStore('held'); };
        req.onsuccess = function () { req.result.onversionchange = () => { req.result.close(); }; ok(req.result); };
        req.onerror = () => { no(req.error); };
      })
    ]);
    vault.catch(() => { vault = null; });
    return vault;
  }
  function table(db, mode) { return db.transaction('held', mode).objectStore('held'); }
  var held = {
    put: function (key, head, bytes) {
      var v = openVault(); if (!v) return Promise.reject(new Error('no vault'));
      return v.then(function (kv) {
        var text = new TextEncoder().encode(JSON.stringify(head)), size = new Uint32Array([text.length]);
        return new Blob([size, text, bytes || '']).arrayBuffer().then(function (plain) {
          var iv = crypto.getRandomValues(new Uint8Array(12));
          return crypto.subtle.encrypt({ name: 'AES-GCM', iv: iv }, kv[0], plain).then(function (data) { return asked(table(kv[1], 'readwrite').put({ iv: iv, data: data }, key)); });
        });
      });
    },
    get: function (key) {
      var v = openVault(); if (!v) return Promise.resolve(null);
      return v.then(function (kv) {
        return asked(table(kv[1], 'readonly').get(key)).then(function (row) {
          if (!row) return null;
          return crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.iv }, kv[0], row.data).then(function (plain) {
            var n = new Uint32Array(plain.slice(0, 4))[0];
            return { head: JSON.parse(new TextDecoder().decode(plain.slice(4, 4 + n))), bytes: plain.slice(4 + n) };
          }, function () { held.drop(key); return null; }); /* of another session: unreadable, so gone */
        });
      }).catch(() => null);
    },
    drop: function (key) { var v = openVault(); return v ? v.then(kv => asked(table(kv[1], 'readwrite').delete(key))).catch(function () {}) : Promise.resolve(); },
    keys: function (prefix) {
      var v = openVault(); if (!v) return Promise.resolve([]);
      return v.then(kv => asked(table(kv[1], 'readonly').getAllKeys(IDBKeyRange.bound(prefix, prefix + '\uffff')))).catch(() => []);
    }
  };
  if (!meta('offline-key')) wipe();
  on(doc, 'submit', e => { if (e.target.hasAttribute('data-signout')) wipe(); });

  /* autosave: the server first, this machine when the line is down */
  function textKey(form) { return form.dataset.offline ? 'text:' + form.dataset.offline : ''; }
  function texts(form) {
    var out = {};
    $$('textarea', form).forEach(t => { if (t.name && !t.hasAttribute('data-private')) out[t.name] = t.value; });
    return out;
  }
  function keepText(form) { return textKey(form) ? held.put(textKey(form), texts(form)) : Promise.reject(new Error('not kept')); }
  $$('form[data-autosave]').forEach(form => {
    var note = $('[data-saved]', form) || form.appendChild(el('p', 'saved')), timer, busy = false, again = false;
    note.setAttribute('role', 'status');
    function tell(text, bad) { note.textContent = text; note.classList.toggle('bad', !!bad); }
    function save() {
      if (form.dataset.sent) return;
      if (busy) { again = true; return; }
      busy = true;
      post(form.dataset.autosave, fields(form)).then(r => {
        if (!r.ok || r.redirected) throw new Error(String(r.status));
        form.dataset.clean = '1';
        tell('已自动保存 ' + clock());
        if (textKey(form)) held.drop(textKey(form));
      }).catch(function (err) {
        var lost = !/^\d/.test(err.message);
        keepText(form).then(() => { tell((lost ? '没有网络' : '服务器没有收下') + '，已存在本机 ' + clock(), true); },
          () => { tell(lost ? '没有网络，还没有保存，请不要关闭本页' : '没有保存成功，请提交或刷新后再试', true); });
        if (lost) timer = setTimeout(save, 15000);
      }).then(() => { busy = false; if (again) { again = false; save(); } });
    }
    function later() { delete form.dataset.clean; clearTimeout(timer); timer = setTimeout(save, 800); }
    on(form, 'input', later);
    on(form, 'change', e => { if (e.target.type !== 'file') later(); });
    on(window, 'online', () => { if (!form.dataset.clean && form.dataset.touched) save(); });
    if (textKey(form)) held.get(textKey(form)).then(function (row) {
      if (!row) return;
      var back = 0;
      Object.keys(row.head).forEach(function (name) {
        var t = form.elements[name];
        if (t && t.tagName === 'TEXTAREA' && row.head[name] && t.value !== row.head[name]) { t.value = row.head[name]; back++; }
      });
      if (back) { tell('已恢复存在本机的文字'); later(); }
    });
  });

  /* leaving with something unsaved; sending twice */
  on(doc, 'input', e => { var f = e.target.form; if (f) f.dataset.touched = '1'; });
  on(window, 'beforeunload', e => {
    var open = $$('form[data-dirty],form[data-autosave]').some(f => f.dataset.touched && !f.dataset.sent && !f.dataset.clean);
    if (open || uploading(doc)) { e.preventDefault(); e.returnValue = ''; }
  });
  on(window, 'submit', e => { /* last to hear: what others have stopped is not sent */
    var form = e.target;
    if (e.defaultPrevented) return;
    if (form.method === 'post' && form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = '1';
    if (form.method !== 'post' || form.hasAttribute('data-again')) { delete form.dataset.sent; return; }
    setTimeout(function () { buttons(form).forEach(b => { b.disabled = true; }); }, 0); /* after the pressed button has been read */
  });
  function buttons(form) { return Array.from(form.elements).filter(b => b.type === 'submit'); }
  on(window, 'pageshow', e => {
    if (e.persisted) $$('form[data-sent]').forEach(function (f) { delete f.dataset.sent; buttons(f).forEach(b => { b.disabled = false; }); });
  });

  /* uploads: shrink pictures, then tus; the text goes meanwhile */
  var CHUNK = 256 * 1024, SIDE = 1600;
  function changed(form) { if (form) { form.dataset.touched = '1'; form.dispatchEvent(new Event('change')); } }
  function uploading(at) { return $$('[data-up=going]', at).length; }
  function b64(s) { var out = ''; new TextEncoder().encode(s).forEach(b => { out += String.fromCharCode(b); }); return btoa(out); }
  function human(n) { return n < 1048576 ? Math.max(1, Math.round(n / 1024)) + ' KB' : (n / 1048576).toFixed(1) + ' MB'; }
  function shrink(file) {
    if (!/^image\/(jpeg|png)$/.test(file.type) || !window.createImageBitmap) return Promise.resolve(file);
    return createImageBitmap(file).then(function (bmp) {
      var k = Math.min(1, SIDE / Math.max(bmp.width, bmp.height));
      if (k === 1 && file.size < 700000) return file;
      var c = el('canvas'); c.width = Math.round(bmp.width * k); c.height = Math.round(bmp.height * k);
      c.getContext('2d').drawImage(bmp, 0, 0, c.width, c.height);
      return new Promise(function (ok) { c.toBlob(b => { ok(b && b.size < file.size ? b : file); }, file.type, 0.85); });
    }).catch(() => file);
  }
  function headers(more) { return Object.assign({ 'Tus-Resumable': '1.0.0', 'X-Csrf-Token': meta('csrf'), 'X-Requested-With': 'zhibu' }, more); }
  function refusal(r) { var e = new Error('refused'); return r.text().then(function (t) { e.said = t && t.length < 200 && t.indexOf('<') < 0 ? t : '服务器不收这个文件'; throw e; }); }
  /* Sends blob; resolves to the id. Network loss is waited out with growing pauses; a refusal is final. */
  function send(url, blob, name, task) {
    var tries = 0;
    function step() {
      if (task.stop) return Promise.reject(Object.assign(new Error('stopped'), { said: '已取消' }));
      var p;
      if (!task.at) {
        p = fetch(url, { method: 'POST', headers: headers({ 'Upload-Length': String(blob.size), 'Upload-Metadata': 'filename ' + b64(name) + ',filetype ' + b64(blob.type || '') }) })
          .then(r => { if (r.status === 201) { task.at = r.headers.get('Location'); task.off = 0; if (task.moved) task.moved(); return; } if (r.status < 500) return refusal(r); throw new Error('later'); });
      } else if (task.off == null) {
        p = fetch(task.at, { method: 'HEAD', headers: headers() })
          .then(r => { if (r.ok) { task.off = Number(r.headers.get('Upload-Offset')); return; } if (r.status === 404 || r.status === 410) { task.at = null; return; } if (r.status < 500) return refusal(r); throw new Error('later'); });
      } else {
        p = fetch(task.at, { method: 'PATCH', headers: headers({ 'Upload-Offset': String(task.off), 'Content-Type': 'application/offset+octet-stream' }), body: blob.slice(task.off, task.off + CHUNK) })
          .then(r => { if (r.ok) { task.off = Number(r.headers.get('Upload-Offset')); tries = 0; task.tell(task.off / blob.size); return; } if (r.status === 409) { task.off = null; return; } if (r.status < 500) return refusal(r); throw new Error('later'); });
      }
      return p.then(() => {
        if (task.at && task.off != null && task.off >= blob.size) return task.at.replace(/\/+$/, '').split('/').pop();
        return step();
      }, function (err) {
        if (err.said) throw err;
        tries++; task.off = task.at ? null : undefined;
        task.tell(null, '网络中断，自动重试中…');
        return Promise.race([wait(Math.min(30000, 1000 * Math.pow(2, tries))), new Promise(function (ok) { on(window, 'online', ok, { once: true }); })]).then(step);
      });
    }
    return step();
  }
  $$('[data-upload]').forEach(function (box) {
    var form = box.closest('form'), url = box.dataset.upload, list = $('[data-files]', box.parentNode) || box.parentNode.insertBefore(el('ul', 'files'), box);
    var max = Number(box.dataset.max || 0), prefix = form && form.dataset.offline ? 'file:' + form.dataset.offline + ':' : '';
    function count() { return $$('li', list).length; }
    function full(n) { return max && count() + n > max; }
    function row(name, size) {
      var li = el('li'), fn = el('span', 'fn', name), st = el('small', '', human(size)), bar = el('progress'), rm = el('button', 'btn btn-q btn-s', '移除');
      bar.max = 1; bar.value = 0; bar.setAttribute('aria-label', name + ' 上传进度');
      rm.type = 'button'; rm.setAttribute('aria-label', '移除 ' + name);
      li.append(fn, st, bar, rm); list.appendChild(li); li.dataset.up = 'going';
      return { li: li, st: st, bar: bar, rm: rm };
    }
    function start(blob, name, task, key) {
      var ui = row(name, blob.size);
      task.tell = (part, text) => { if (part != null) ui.bar.value = part; ui.st.textContent = text || human(blob.size) + ' · ' + Math.round((part || 0) * 100) + '%'; };
      if (key) {
        var keep = function () { return held.put(key, { name: name, type: blob.type, at: task.at || '' }, blob).catch(function () {}); };
        task.moved = keep; keep();
      }
      on(ui.rm, 'click', function () {
        task.stop = true; ui.li.remove(); if (key) held.drop(key);
        if (task.at) fetch(task.at, { method: 'DELETE', headers: headers() }).catch(function () {});
        changed(form);
        say('已移除 ' + name); next();
      });
      send(url, blob, name, task).then(function (id) {
        var hid = el('input'); hid.type = 'hidden'; hid.name = 'upload'; hid.value = id;
        ui.li.appendChild(hid); ui.li.dataset.up = 'done'; ui.bar.remove(); ui.st.textContent = human(blob.size) + ' · 已传好';
        if (key) held.drop(key);
        changed(form);
        say(name + ' 已传好'); next();
      }, function (err) {
        if (task.stop) return;
        ui.li.dataset.up = 'bad'; ui.bar.remove(); ui.st.className = 'bad'; ui.st.textContent = err.said; if (key) held.drop(key);
        say(name + '：' + err.said); next();
      });
    }
    var waiting = null, hint = $('[data-hint]', box);
    function next() { if (waiting && !uploading(form)) { var b = waiting; waiting = null; form.requestSubmit(b.form ? b : undefined); } }
    function take(files) {
      files = Array.from(files);
      if (full(files.length)) { if (hint) { hint.textContent = '本项最多 ' + max + ' 份，请先移除或合并'; hint.classList.add('red'); } say('本项最多 ' + max + ' 份'); return; }
      files.forEach(function (f) {
        shrink(f).then(function (blob) {
          start(blob, f.name || '照片.jpg', {}, prefix && /^image\//.test(f.type) ? prefix + Date.now() + Math.random() : '');
        });
      });
    }
    $$('input[type=file]', box).forEach(function (input) {
      on(input, 'change', function () { take(input.files); input.value = ''; });
    });
    ['dragenter', 'dragover'].forEach(function (t) { on(box, t, e => { e.preventDefault(); box.classList.add('over'); }); });
    ['dragleave', 'drop'].forEach(function (t) { on(box, t, e => { e.preventDefault(); box.classList.remove('over'); }); });
    on(box, 'drop', e => { if (e.dataTransfer) take(e.dataTransfer.files); });
    if (form) on(form, 'submit', e => {
      var n = uploading(form);
      if (!n || (e.submitter && e.submitter.hasAttribute('data-now'))) return;
      e.preventDefault(); waiting = e.submitter || form;
      if (hint) hint.textContent = '还有 ' + n + ' 个文件在传，传完自动提交；文字已经存好。';
      say('还有 ' + n + ' 个文件在传，传完自动提交');
    });
    if (prefix) held.keys(prefix).then(function (keys) {
      keys.forEach(function (key) { held.get(key).then(r => { if (r) start(new Blob([r.bytes], { type: r.head.type }), r.head.name, { at: r.head.at || null, off: null }, key); }); });
    });
  });

  /* files already on the server: remove a row, keep the form */
  on(doc, 'click', e => {
    var b = e.target.closest && e.target.closest('[data-drop-row]');
    if (b) { var li = b.closest('li,tr'), f = b.form; li.remove(); changed(f); }
    if (e.target.closest && e.target.closest('[data-print]')) window.print();
    if (e.target.dataset && e.target.dataset.browse) doc.getElementById(e.target.dataset.browse).click();
    $$('details.me[open]').forEach(d => { if (!d.contains(e.target)) d.open = false; });
    var jump = e.target.closest && e.target.closest('.err-sum a[href^="#"]');
    if (jump) { var t = doc.getElementById(jump.hash.slice(1)); if (t) { e.preventDefault(); var c = /^(input|select|textarea|button|a)$/i.test(t.tagName) ? t : $('textarea,select,button,input:not([type=hidden]),a', t) || t; c.focus(); t.scrollIntoView({ block: 'center' }); } }
  });

  /* tick all, tick the clean ones, batch bar */
  /* boxes and bars may stand outside the form (form="…"), so they are sought in [data-scope] round it */
  function parts(form, s) { return $$(s, form.closest('[data-scope]') || form); }
  function boxes(form) { return parts(form, 'input[data-row]').filter(c => !c.disabled && !c.closest('[hidden]')); }
  function tally(form) {
    var all = boxes(form), n = all.filter(c => c.checked).length;
    parts(form, '[data-count]').forEach(s => { s.textContent = n; });
    parts(form, '[data-batch]').forEach(b => { b.hidden = !n; });
    parts(form, 'input[data-all]').forEach(function (a) { a.checked = n > 0 && n === all.length; a.indeterminate = n > 0 && n < all.length; });
    all.forEach(c => { var r = c.closest('tr'); if (r) r.classList.toggle('is-on', c.checked); });
  }
  var last = null;
  function tick(list, yes) { list.forEach(c => { c.checked = yes; }); }
  on(doc, 'click', e => {
    var t = e.target, form = t.form;
    if (!form || !form.hasAttribute('data-list')) return;
    var all = boxes(form);
    if (t.matches('[data-pick]')) { tick(all, false); tick(all.filter(c => t.dataset.pick !== 'none' && c.matches(t.dataset.pick)), true); }
    else if (t.matches('input[data-all]')) tick(all, t.checked);
    else if (t.matches('input[data-row]')) {
      var i = all.indexOf(last), j = all.indexOf(t);
      if (e.shiftKey && i >= 0) tick(all.slice(Math.min(i, j), Math.max(i, j) + 1), t.checked);
      last = t;
    } else return;
    tally(form);
  });
  $$('form[data-list]').forEach(tally);
  /* how many of a list are ticked, in words beside it */
  $$('[data-tally]').forEach(function (s) {
    var form = s.closest('form'), name = s.dataset.tally;
    on(form, 'change', () => { s.textContent = $$('input[name="' + name + '"]:checked', form).length; });
  });
  /* a tick that opens what depends on it */
  $$('input[data-shows]').forEach(c => {
    var part = doc.getElementById(c.dataset.shows);
    function set() { if (part) part.hidden = !c.checked; }
    $$('input[name="' + c.name + '"]', c.form).forEach(o => { on(o, 'change', set); }); set();
  });

  /* filter and sort a table that is here in full */
  $$('input[data-filter]').forEach(function (input) {
    var tab = $(input.dataset.filter), out = $('[data-filter-count]');
    if (!tab) return;
    on(input, 'input', function () {
      var words = input.value.trim().toLowerCase().split(/\s+/), n = 0, head = null, any = false;
      $$('tbody>tr', tab).forEach(function (tr) {
        if (tr.matches('.t-group,.zone')) { if (head) head.hidden = !any; head = tr; any = false; return; }
        var text = (tr.textContent + ' ' + (tr.dataset.q || '')).toLowerCase();
        tr.hidden = !words.every(w => text.indexOf(w) >= 0);
        if (!tr.hidden) { n++; any = true; }
      });
      if (head) head.hidden = !any;
      if (out) out.textContent = '找到 ' + n + ' 行';
      if (input.form && input.form.hasAttribute('data-list')) tally(input.form);
    });
    on(input, 'keydown', e => { if (e.key === 'Enter') e.preventDefault(); });
  });
  $$('table[data-sort]').forEach(function (tab) {
    $$('thead th button', tab).forEach(b => {
      on(b, 'click', function () {
        var th = b.closest('th'), i = th.cellIndex, down = th.getAttribute('aria-sort') === 'ascending', body = tab.tBodies[0];
        $$('th[aria-sort]', tab).forEach(x => { x.removeAttribute('aria-sort'); });
        th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        var val = function (tr) { var c = tr.cells[i]; return c ? (c.dataset.v || c.textContent).trim() : ''; };
        Array.from(body.rows).sort(function (a, z) {
          var x = val(a), y = val(z), d = parseFloat(x) - parseFloat(y);
          if (!/^-?[\d.]/.test(x) || !/^-?[\d.]/.test(y) || isNaN(d)) d = x.localeCompare(y, 'zh-CN');
          return down ? -d : d;
        }).forEach(tr => { body.appendChild(tr); });
      });
    });
  });

  /* review by keyboard */
  $$('[data-review]').forEach(function (list) {
    var help = $('[data-help]');
    function items() { return $$('[data-item]', list).filter(x => !x.hidden); }
    function open() { return items().filter(x => !x.classList.contains('gone')); }
    function cur() { return $('[data-item].cur', list); }
    function go(item) {
      if (!item) return;
      items().forEach(x => { x.classList.remove('cur'); });
      item.classList.add('cur'); item.tabIndex = -1; item.focus({ preventScroll: true }); item.scrollIntoView({ block: 'nearest' });
    }
    function move(by) { var all = items(), i = all.indexOf(cur()); go(all[i < 0 ? 0 : Math.max(0, Math.min(all.length - 1, i + by))]); }
    function left() { $$('[data-left-count]').forEach(s => { s.textContent = open().length; }); }
    on(doc, 'keydown', e => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      var typing = e.target.matches('input:not([type=checkbox]):not([type=radio]),textarea,select');
      if (e.key === 'Escape' && typing) { var own = e.target.closest('[data-item]'); if (own) go(own); return; }
      if (typing) return;
      var item = cur(), k = e.key.toLowerCase(), f;
      if (k === 'j') move(1); else if (k === 'k') move(-1);
      else if (k === '?' || k === '？') { if (help) { help.hidden = !help.hidden; } }
      else if (k === 'x' && item) { f = $('input[data-row]', item); if (f) f.click(); }
      else if (k === 'a' && item) { f = $('form[data-accept]', item); if (f) f.requestSubmit(); }
      else if (k === 'r' && item) { f = $('form[data-return] [name=reason]', item); if (f) { var d = f.closest('details'); if (d) d.open = true; f.focus(); } }
      else return;
      e.preventDefault();
    });
    on(list, 'focusin', e => { var item = e.target.closest('[data-item]'); if (item && item !== cur()) { items().forEach(x => { x.classList.remove('cur'); }); item.classList.add('cur'); } });
    on(list, 'submit', e => {
      var form = e.target, item = form.closest('[data-item]');
      if (!item || !form.matches('[data-accept],[data-return]')) return;
      e.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = '1';
      var all = open(), follow = all[all.indexOf(item) + 1] || all[all.indexOf(item) - 1];
      post(form.action, fields(form, e.submitter)).then(r => {
        if (!r.ok || r.redirected) { form.submit(); return null; } /* let the full page explain */
        return r.text().then(function (html) {
          var hold = el('template'); hold.innerHTML = html;
          var fresh = hold.content.firstElementChild;
          if (fresh) item.replaceWith(fresh); else item.remove();
          left(); say(form.matches('[data-accept]') ? '已通过' : '已退回');
          if (follow && follow !== item) go(follow); else if (fresh) { fresh.tabIndex = -1; fresh.focus(); }
        });
      }).catch(function () {
        delete form.dataset.busy;
        var p = $('.err', form) || form.appendChild(el('p', 'err')); p.textContent = '没有网络，这一份还没有处理，请稍后再按。'; say(p.textContent);
      });
    });
  });

  /* a draft row lights up the words it was read from */
  function light(row) {
    $$('mark.on').forEach(m => { m.classList.remove('on'); });
    $$('[data-span].is-on').forEach(r => { r.classList.remove('is-on'); });
    row.classList.add('is-on');
    row.dataset.span.split(' ').forEach(function (id, i) {
      var m = doc.getElementById(id); if (!m) return;
      m.classList.add('on');
      var pane = m.closest('.doc');
      if (!i && pane && pane.scrollHeight > pane.clientHeight) pane.scrollTop += m.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
    });
  }
  $$('[data-span]').forEach(function (row) { on(row, 'focusin', () => { light(row); }); });

  /* ten minutes to undo */
  $$('[data-left]').forEach(function (s) {
    var end = Date.now() + Number(s.dataset.left) * 1000, timer = setInterval(show, 1000);
    function show() {
      var n = Math.max(0, Math.round((end - Date.now()) / 1000));
      s.textContent = n >= 60 ? Math.floor(n / 60) + ' 分 ' + (n % 60) + ' 秒' : n + ' 秒';
      if (!n) { clearInterval(timer); var bar = s.closest('.undo'); if (bar) bar.hidden = true; }
    }
    show();
  });

  /* a job at work: its part of the page again, until the page has become another */
  $$('[data-poll]').forEach(function poll(part) {
    setTimeout(() => {
      if (doc.hidden) return poll(part);
      fetch(location.href, { headers: { 'X-Requested-With': 'zhibu' } }).then(r => r.text()).then(html => {
        var fresh = new DOMParser().parseFromString(html, 'text/html').getElementById(part.id);
        if (!fresh) return location.reload();
        [['[role=status]', 'textContent'], ['progress', 'value']].forEach(p => { var a = $(p[0], part), b = $(p[0], fresh); if (a && b) a[p[1]] = b[p[1]]; });
        return poll(part);
      }).catch(() => { poll(part); });
    }, Number(part.dataset.poll));
  });

  /* at once: errors first, side columns closed on a phone, tab order kept */
  var sum = $('.err-sum'); if (sum) { sum.tabIndex = -1; sum.focus(); }
  if (matchMedia('(max-width:960px)').matches) $$('details[data-narrow]').forEach(d => { d.open = false; });
  on(doc, 'keydown', e => { if (e.key === 'Escape') $$('details.me[open]').forEach(function (d) { d.open = false; $('summary', d).focus(); }); });
})();
