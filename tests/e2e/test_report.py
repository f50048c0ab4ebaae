# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The page of `rwlog report` in a headless Chromium, if there is one: apt install chromium."""
import subprocess

import pytest

import browser
import machine

WIDTHS = [1400, 800, 390]

pytestmark = pytest.mark.skipif(not browser.CHROMIUM, reason="no chromium on this host")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page about a log with hostile names, open in the browser."""
    folder = tmp_path_factory.mktemp("report")
    log, html = folder / "</script><img src=x onerror=alert(1)>".replace("/", ""), folder / "report.html"
    subprocess.run([machine.BUILD / "tests/unit/rwlog/report", log], check=True)
    with html.open("wb") as out:
        subprocess.run([machine.RWLOG, "report", log], check=True, stdout=out)
    opened = browser.Page(folder / "profile", html.as_uri())
    yield opened
    opened.close()


def count(page, selector):
    """How many elements the selector finds."""
    return page.run(f"document.querySelectorAll({selector!r}).length")


def test_everything_is_there(page):
    assert count(page, "#events li") == 33
    assert count(page, "#violations details") == 2
    assert count(page, "#files tbody tr") == 14
    assert count(page, "#peers tbody tr") == 2
    assert count(page, "#processes .node") == 5
    assert "complete, and as it was written" in page.run("document.querySelector('#integrity').innerText")


def test_hostile_names_are_text(page):
    assert count(page, "img, b, iframe, object, embed, a") == 0
    assert "</script><b>\\u{202e}gpj.\\u{a}\\xff" in page.run("document.querySelector('#files').innerText")


def test_the_time_line_zooms_and_filters(page):
    whole = page.run("document.querySelector('#range').innerText")
    page.run("document.querySelector('#in').click()")
    assert page.run("document.querySelector('#range').innerText") != whole
    assert 0 < count(page, "#events li") < 33
    page.run("document.querySelector('#chart').dispatchEvent(new WheelEvent('wheel', {deltaY: -1, cancelable: true}))")
    page.run("document.querySelector('#all').click()")
    assert page.run("document.querySelector('#range').innerText") == whole
    page.run("(e => { e.value = 'script'; e.dispatchEvent(new Event('input')); })(document.querySelector('#find'))")
    assert count(page, "#events li") == 1
    page.run("(e => { e.value = ''; e.dispatchEvent(new Event('input')); })(document.querySelector('#find'))")
    page.run("document.querySelector('#processes button').click()")
    assert 0 < count(page, "#events li") < 33


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_is_too_narrow(page, width):
    page.resize(width)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("document.querySelector('#chart').clientWidth") > width * 0.8


def test_no_error_and_no_network(page):
    assert page.said == []
    assert [url for url in page.requests if not url.startswith("file:")] == []
    assert len(page.requests) == 1
