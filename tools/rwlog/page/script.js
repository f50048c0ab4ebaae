// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Shows the data of a Ringward report. All of it may come from a hostile guest: it only ever becomes text.
"use strict";
(function () {
	const data = JSON.parse(document.getElementById("data").textContent);
	const colours = ["#b3261e", "#8250df", "#0969da", "#6e7781", "#1a7f37", "#bf8700", "#a475f9", "#0a7c86", "#000",
		"#d1242f", "#e16f24", "#999"];
	const LISTED = 300;
	let boot = null;
	const view = { from: 0, to: 1 };
	let counts = [];

	const at = (id) => document.getElementById(id);
	const number = (n) => n.toLocaleString("en");

	// An element with text or other elements in it; the class, and nothing else, is set here.
	function el(name, kind, ...content) {
		const e = document.createElement(name);
		if (kind)
			e.className = kind;
		for (const c of content)
			e.append(c instanceof Node ? c : String(c));
		return e;
	}

	function fill(id, ...content) {
		const body = document.querySelector("#" + id + " .body");
		body.replaceChildren(...content);
	}

	function leftOut(n, what) {
		return n ? el("p", "soft", number(n) + " " + what + " are left out of this page; rwlog show has them all.") : "";
	}

	// Microseconds since the hypervisor's start, as people write a time.
	function when(us) {
		if (!boot.epoch)
			return "+" + (us / 1e6).toFixed(6) + "s";
		const s = boot.epoch + Math.floor(us / 1e6);
		return new Date(s * 1000).toISOString().slice(0, 19) + "." + String(Math.floor(us % 1e6)).padStart(6, "0") + "Z";
	}

	function pairs(...list) {
		const dl = el("dl");
		for (let i = 0; i < list.length; i += 2)
			if (list[i + 1] !== undefined && list[i + 1] !== "")
				dl.append(el("dt", "", list[i]), el("dd", "", list[i + 1]));
		return dl;
	}

	function showIntegrity() {
		fill("integrity", ...data.inputs.map((f) => {
			const good = f.status === "success";
			return el("div", "", pairs("file", el("span", "data", f.name), "what it is", f.kind,
				"bytes", number(f.bytes), "SHA-256", el("code", "", f.sha256),
				"verdict", el("span", good ? "good" : "bad", good ? "complete, and as it was written" : f.status)),
			el("pre", "data", f.verify.join("\n")));
		}));
	}

	function violation(v) {
		const who = v.comm === undefined ? "unknown task" : v.comm + "[" + v.pid + "]";
		const what = v.symbol === undefined ? "" : " " + v.symbol + "+" + v.offset;
		const d = el("details", "one", el("summary", "", el("span", "soft", when(v.t) + " #" + v.seq + " "),
			el("span", "data", (v.access || "access") + " of " + v.target + what + " by " + who),
			": " + v.verdict + (v.repeat ? ", and " + number(v.repeat) + " more like it" : "")));
		d.append(pairs("instruction at", el("code", "data", v.rip), "guest-linear address", el("code", "", v.gva),
			"guest-physical address", el("code", "", v.gpa), "bytes before", v.old && el("code", "", v.old),
			"bytes it would have written", v.new && el("code", "", v.new), "code", v.bytes && el("code", "", v.bytes)));
		if (v.code && v.code.length)
			d.append(el("pre", "data", v.code.join("\n")));
		if (v.around && v.around.length)
			d.append(el("p", "soft", "In the kernel's file, before the kernel patched itself:"),
				el("pre", "data", v.around.join("\n")));
		return d;
	}

	function showViolations() {
		const parts = boot ? boot.violations.map(violation) : [];
		if (boot && boot.violations_left_out)
			parts.push(leftOut(boot.violations_left_out, "violations"));
		if (!parts.length)
			parts.push(el("p", "soft", "No violation is recorded" + (boot ? " in this boot." : ".")));
		for (const f of data.inputs) {
			if (f.alerts.length)
				parts.push(el("p", "bad", "Alerts in the console's text without a record. Such a line has neither number nor CRC."),
					el("pre", "data", f.alerts.map((a) => "line " + a.line + ": " + a.text).join("\n")));
			if (f.alerts_left_out)
				parts.push(leftOut(f.alerts_left_out, "such alerts"));
		}
		fill("violations", ...parts);
	}

	// The sparse lists of counts, as one array for each class.
	function expand() {
		counts = boot.counts.map((list) => {
			const a = new Float64Array(boot.buckets);
			for (let i = 0; i < list.length; i += 2)
				a[list[i]] = list[i + 1];
			return a;
		});
	}

	function setView(from, to) {
		const least = 10, all = Math.max(boot.to - boot.from, least);
		const span = Math.min(Math.max(to - from, least), all);
		from = Math.min(Math.max(from, boot.from), boot.from + all - span);
		view.from = from;
		view.to = from + span;
		draw();
		list();
	}

	function zoom(factor, centre) {
		const c = centre === undefined ? (view.from + view.to) / 2 : centre;
		setView(c - (c - view.from) * factor, c + (view.to - c) * factor);
	}

	// Counts of the columns in view: column, then class.
	function columns(n) {
		const sums = [], span = (view.to - view.from) / n, width = boot.width / 1000;
		for (let x = 0; x < n; x++) {
			const lo = Math.max(0, Math.floor((view.from + x * span - boot.from) / width));
			const hi = Math.min(boot.buckets, Math.max(lo + 1, Math.floor((view.from + (x + 1) * span - boot.from) / width)));
			sums.push(counts.map((a) => {
				let s = 0;
				for (let i = lo; i < hi; i++)
					s += a[i];
				return s;
			}));
		}
		return sums;
	}

	function draw() {
		const c = at("chart"), ratio = window.devicePixelRatio || 1, w = c.clientWidth, h = c.clientHeight;
		const g = c.getContext("2d"), n = Math.max(1, Math.floor(w / 4)), top = h - 14;
		c.width = Math.round(w * ratio);
		c.height = Math.round(h * ratio);
		g.scale(ratio, ratio);
		const sums = columns(n);
		const most = Math.max(1, ...sums.map((s) => s.reduce((a, b) => a + b, 0)));
		sums.forEach((s, x) => {
			let y = top;
			s.forEach((count, k) => {
				const high = count ? Math.max(1, count / most * (top - 4)) : 0;
				g.fillStyle = colours[k % colours.length];
				g.fillRect(x * w / n, y - high, w / n - 1, high);
				y -= high;
			});
		});
		// A mark below for each event that was refused.
		g.fillStyle = colours[0];
		for (const e of boot.events)
			if (e.bad && e.t >= view.from && e.t <= view.to)
				g.fillRect((e.t - view.from) / (view.to - view.from) * w - 1, h - 11, 3, 10);
		at("range").replaceChildren(when(view.from) + " to " + when(view.to));
	}

	function list() {
		const text = at("find").value.toLowerCase(), pid = at("pid").value.trim();
		const found = boot.events.filter((e) => e.t >= view.from && e.t <= view.to &&
			(!pid || String(e.pid) === pid) && (!text || e.text.toLowerCase().includes(text)));
		const items = found.slice(0, LISTED).map((e) => {
			const li = el("li", e.bad ? "bad" : "", e.text + (e.cut ? " ..." : ""));
			li.style.borderLeftColor = colours[e.class % colours.length];
			return li;
		});
		at("events").replaceChildren(...items);
		at("found").replaceChildren(number(found.length) + " events" +
			(found.length > LISTED ? ", the first " + LISTED + " are listed: zoom in" : "") +
			(boot.events_left_out ? "; " + number(boot.events_left_out) + " records of this boot are only counted in the chart" : ""));
	}

	function showLegend() {
		const names = [...data.classes, "unknown"];
		at("legend").replaceChildren(...names.map((name, k) => {
			const sum = counts[k].reduce((a, b) => a + b, 0), i = el("i");
			i.style.background = colours[k % colours.length];
			return sum ? el("li", "", i, name + " " + number(sum)) : "";
		}));
	}

	function label(p) {
		const s = el("span", "", "[" + p.pid + "] " + (p.path || p.comm) + " ", el("span", "soft", (p.arguments || "") + " uid " + p.uid +
			", " + number(p.records) + " records" + (p.programs ? ", " + p.programs + " programs" : "") +
			(p.signal !== undefined ? ", killed by signal " + p.signal : "") + (p.exit ? ", exit status " + p.exit : "") + " "));
		if (p.bad)
			s.append(el("span", "bad", number(p.bad) + " refused "));
		const b = el("button", "", "events");
		b.type = "button";
		b.addEventListener("click", (event) => {
			event.preventDefault();
			at("pid").value = p.pid;
			list();
			at("timeline").scrollIntoView();
		});
		s.append(b);
		return s;
	}

	// Children are made when their parent is opened: there may be thousands.
	function node(i, children, open) {
		const below = children[i];
		if (!below.length)
			return el("div", "node leaf", label(boot.processes[i]));
		const d = el("details", "node", el("summary", "", label(boot.processes[i])));
		let made = false;
		const make = () => {
			if (d.open && !made) {
				made = true;
				d.append(el("div", "tree", ...below.map((k) => node(k, children, false))));
			}
		};
		d.addEventListener("toggle", make);
		d.open = open;
		make();
		return d;
	}

	function showProcesses() {
		const children = boot.processes.map(() => []), roots = [];
		boot.processes.forEach((p, i) => (p.parent === undefined ? roots : children[p.parent]).push(i));
		fill("processes", el("div", "tree", ...roots.map((i) => node(i, children, roots.length < 20))),
			leftOut(boot.processes_left_out, "processes"));
	}

	function showTable(id, rows, left, what, columns) {
		const head = el("tr", "", el("th", "", what), ...columns.map((c) => el("th", "number", c)));
		const body = rows.map((r) => el("tr", "", el("td", "name", r.name), ...columns.map((c) =>
			el("td", "number" + (c === "refused" && r[c] ? " bad" : ""), number(r[c])))));
		fill(id, rows.length ? el("div", "scroll", el("table", "", el("thead", "", head), el("tbody", "", ...body))) :
			el("p", "soft", "None is recorded."), leftOut(left, "more"));
	}

	function showBoot(i) {
		boot = data.boots[i];
		expand();
		at("about").replaceChildren(number(boot.records) + " records" + (boot.not_chosen ? ", and " +
			number(boot.not_chosen) + " that were not chosen" : "") + ", " + number(boot.evicted) + " evicted, end: " + boot.end +
			(boot.epoch ? "" : "; its clock is not known"));
		at("find").value = at("pid").value = "";
		showViolations();
		showLegend();
		setView(boot.from, boot.to);
		showProcesses();
		showTable("files", boot.files, boot.files_left_out, "file", ["records", "changes", "refused"]);
		showTable("peers", boot.peers, boot.peers_left_out, "address", ["records", "refused"]);
	}

	function pointer() {
		const c = at("chart");
		let last = null;
		const timeAt = (event) => view.from + (view.to - view.from) * event.offsetX / c.clientWidth;
		c.addEventListener("wheel", (event) => {
			event.preventDefault();
			zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, timeAt(event));
		}, { passive: false });
		c.addEventListener("pointerdown", (event) => { last = event.clientX; c.setPointerCapture(event.pointerId); });
		c.addEventListener("pointermove", (event) => {
			if (last === null)
				return;
			const by = (last - event.clientX) / c.clientWidth * (view.to - view.from);
			last = event.clientX;
			setView(view.from + by, view.to + by);
		});
		c.addEventListener("pointerup", () => { last = null; });
		c.addEventListener("dblclick", (event) => zoom(0.25, timeAt(event)));
	}

	function controls() {
		const move = (part) => setView(view.from + part * (view.to - view.from), view.to + part * (view.to - view.from));
		const actions = { in: () => zoom(0.5), out: () => zoom(2), left: () => move(-0.5), right: () => move(0.5),
			all: () => setView(boot.from, boot.to) };
		for (const id of Object.keys(actions))
			at(id).addEventListener("click", actions[id]);
		const keys = { "+": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", "0": "all" };
		at("chart").addEventListener("keydown", (event) => {
			if (keys[event.key]) {
				event.preventDefault();
				actions[keys[event.key]]();
			}
		});
		at("find").addEventListener("input", list);
		at("pid").addEventListener("input", list);
		at("boot").addEventListener("change", () => showBoot(at("boot").value));
		window.addEventListener("resize", draw);
		pointer();
	}

	at("made").replaceChildren("Made by rwlog " + data.version + " at " + new Date(data.made * 1000).toISOString() +
		(data.boots_left_out ? "; " + number(data.boots_left_out) + " boots are left out" : ""));
	showIntegrity();
	if (!data.boots.length) {
		for (const id of ["boots", "timeline", "processes", "files", "peers"])
			at(id).hidden = true;
		showViolations();
		return;
	}
	data.boots.forEach((b, i) => {
		const o = el("option", "", b.id + " (" + number(b.records) + " records)");
		o.value = i;
		at("boot").append(o);
	});
	controls();
	showBoot(0);
})();
