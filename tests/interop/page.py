"""Opens the pages that trustpack writes in headless Chromium, uses them as people do, and prints what it saw there as JSON.

page.py look FILE      what is said and shown, and what should not be: errors, requests, violations of the policy, faults of
                       accessibility
page.py use FILE       filters, search, keyboard, details, address, print, narrow screens
page.py chain FILE NAME    the chain of the first certificate that is found by a name
page.py changes FILE   what is renewed and what is gone since an earlier report
page.py bundle FILE OTHER  the page of a bundle: copying, ticks, filters, print, keyboard; OTHER is of another bundle
page.py measure FILE   first paint, and what filtering takes
page.py pictures FILE FOLDER, bundle_pictures FILE FOLDER
"""

import datetime
import json
import os
import pathlib
import shutil
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

# a day after the reports that the tests make, so that they are not old
NOW = datetime.datetime(2026, 11, 21, 3, tzinfo=datetime.timezone.utc)


class Browser:
    def __init__(self, playwright):
        # whoever is root has no sandbox
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        self.chromium = playwright.chromium.launch(executable_path=chromium, args=arguments)
        self.wrong = {"errors": [], "requests": [], "violations": []}

    def open(self, path, fragment="", width=1280, height=860, scheme="light", scripts=True, clock=NOW):
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts, reduced_motion="reduce"
        )
        address = pathlib.Path(path).resolve().as_uri()
        page = context.new_page()
        if clock and scripts:
            page.clock.set_fixed_time(clock)
        page.on("console", lambda message: self.wrong["errors"].append(message.text))
        page.on("pageerror", lambda error: self.wrong["errors"].append(str(error)))
        page.on("dialog", lambda dialog: (self.wrong["errors"].append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.note(request.url, address))
        if scripts:
            page.expose_function("violated", lambda what: self.wrong["violations"].append(what))
            page.add_init_script(
                "addEventListener('securitypolicyviolation', event => violated(`${event.violatedDirective} ${event.blockedURI}`))"
            )
        page.goto(address + fragment)
        if scripts:
            page.wait_for_selector("body[data-ready]", timeout=120_000)
        return page

    def note(self, url, address):
        # the icon is within the page
        if url.split("#")[0] != address and not url.startswith("data:"):
            self.wrong["requests"].append(url)


def faults(page):
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:120]}" for one in found for node in one["nodes"][:3]]


def totals(page):
    return {tile.get_attribute("data-show"): tile.locator("b").inner_text() for tile in page.locator(".tile").all()}


def open_first(page):
    """The details of the first row, by the keyboard alone."""
    page.locator("#rows button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    # a picture or a check of a text that is still unpacked would say nothing
    page.wait_for_function("[...document.querySelectorAll('dialog pre')].every(pre => pre.textContent)")


def look(browser, path):
    page = browser.open(path)
    seen = {
        "headline": page.locator("h1").inner_text(),
        "totals": totals(page),
        "shown": page.locator("#shown").inner_text(),
        "names": page.locator("#rows .name button").all_inner_texts(),
        "places": page.locator("#rows .name small").all_inner_texts(),
        "faults": faults(page),
        # names that became elements
        "strange": page.locator("#rows :is(script, img, b, svg[onload]), #details :is(script, img)").count(),
        "script": page.evaluate("typeof globalThis.hostile"),
    }
    if seen["names"]:
        open_first(page)
        seen["faults"] += faults(page)
        seen["details"] = page.locator("#details-body").inner_text()
        seen["chain"] = page.locator("#details .chain > li").all_inner_texts()
    seen["faults"] += faults(browser.open(path, scheme="dark"))
    narrow = browser.open(path, width=360, height=740)
    seen["overflow"] = narrow.evaluate("document.documentElement.scrollWidth - innerWidth")
    seen["faults"] += faults(narrow)
    plain = browser.open(path, scripts=False)
    seen["plain"] = {
        "totals": totals(plain),
        "names": plain.locator("#rows .name > bdi").all_inner_texts(),
        "places": plain.locator("#rows .name small").all_inner_texts(),
    }
    old = browser.open(path, clock=NOW + datetime.timedelta(days=30))
    seen["age"] = old.locator("#age").inner_text()
    return seen


def use(browser, path):
    page = browser.open(path)
    seen = {}
    shown = lambda: page.locator("#shown").inner_text()
    names = lambda: page.locator("#rows .name button").all_inner_texts()
    clear = lambda: page.locator("#clear").click()

    page.locator("#words").fill("MAIL example.org")
    seen["search"] = names()
    seen["address"] = page.evaluate("location.hash")
    again = browser.open(path, seen["address"])
    seen["shared"] = again.locator("#rows .name button").all_inner_texts()
    clear()
    page.locator(".tile.expired").click()
    seen["expired"] = names()
    seen["pressed"] = page.locator(".tile.expired").get_attribute("aria-pressed")
    clear()
    page.locator("#severities button.critical").click()
    seen["critical"] = names()
    clear()
    page.locator("#role").select_option("anchor")
    seen["anchors"] = names()
    clear()
    page.locator("#words").fill("nothing has this name")
    seen["nothing"] = [shown(), page.locator("#rows").inner_text()]
    clear()
    page.locator("th button", has_text="Certificate").click()
    seen["sorted"] = names()
    clear()

    # the timeline: one stop of the Tab key, arrows within, Enter filters
    seen["stops"] = page.locator("#bars button[tabindex='0']").count()
    page.locator("#bars button[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    seen["bar"] = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    seen["then"] = names()
    seen["bar after"] = page.evaluate("document.activeElement.getAttribute('aria-label')")
    clear()

    # from the beginning of the page to a certificate and back, without a mouse
    open_first(page)
    seen["focus"] = page.evaluate("document.activeElement.id")
    page.keyboard.press("Escape")
    seen["closed"] = page.locator("dialog[open]").count()
    seen["back"] = page.evaluate("document.activeElement === document.querySelector('#rows button')")
    page.locator("#rows .name button", has_text="mail.").first.click()
    page.wait_for_function("document.querySelector('dialog pre')?.textContent")
    seen["pem"] = page.locator("dialog pre").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".copy").click()
    page.wait_for_function("document.querySelector('.copy + span').textContent")
    seen["copied"] = page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")

    page.emulate_media(media="print")
    seen["printed"] = page.locator("#filters").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    seen["rows"] = page.locator("#rows tr").count()
    return seen


def chain(browser, path, name):
    page = browser.open(path, f"#q={name}")
    open_first(page)
    return {"verdict": page.locator(".verdict").inner_text(), "chain": page.locator("#details .chain > li").all_inner_texts()}


def changes(browser, path):
    page = browser.open(path, "#change=renewed")
    return {
        "renewed": page.locator("#rows .name button").all_inner_texts(),
        "marks": page.locator("#rows .change").all_inner_texts(),
        "gone": page.locator("#gone li").all_inner_texts(),
    }


def ticked(page):
    return page.locator("[data-tick]:checked:not(:disabled)").evaluate_all("boxes => boxes.map(box => box.dataset.tick)")


# What is on the clipboard after a button was clicked.
COPIED = """async button => {
    const said = document.getElementById("said");
    said.textContent = "";
    button.click();
    while (said.textContent === "") await new Promise(done => setTimeout(done));
    return navigator.clipboard.readText();
}"""


def bundle(browser, path, other):
    page = browser.open(path)
    shown = lambda: page.locator(".step:visible label").all_inner_texts()
    seen = {
        "headline": page.locator("h1").inner_text(),
        "verdicts": page.locator(".verdict").all_inner_texts(),
        "pictures": page.locator(".chain-picture").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"),
        "left": page.locator(".expiry .time").all_inner_texts(),
        "secrets": page.locator(".secret").all_inner_texts(),
        "faults": faults(page),
        # names that became elements
        "strange": page.locator("main :is(script, img, b b, [onload], [onerror])").count(),
        "script": page.evaluate("typeof globalThis.hostile"),
        "unlabelled": page.locator("button:not([aria-label]):not([data-who]):not([data-open])").count(),
    }

    # every value is copied to the letter, by a mouse and by a key
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    buttons = page.locator("button.copy")
    seen["copies"] = buttons.count()
    seen["miscopied"] = page.evaluate(f"""async () => {{
        const copied = {COPIED}, wrong = [];
        for (const button of document.querySelectorAll("button.copy")) {{
            const text = await copied(button);
            if (text !== button.dataset.copies) wrong.push(text);
        }}
        return wrong;
    }}""")
    notification = page.locator("dt", has_text="Non-Working Time Notification").first.locator("xpath=..")
    seen["lines"] = notification.locator("button.copy").evaluate(COPIED)
    page.evaluate("document.getElementById('said').textContent = ''")
    page.evaluate("navigator.clipboard.writeText('')")
    buttons.first.focus()
    page.keyboard.press("Enter")
    page.locator("#said:not(:empty)").wait_for()
    seen["by key"] = page.evaluate("navigator.clipboard.readText()") == buttons.first.get_attribute("data-copies")

    # ticks survive a reload, in this bundle alone
    first, second = page.locator("[data-tick]:not(:disabled)").nth(0), page.locator("[data-tick]:not(:disabled)").nth(1)
    first.check()
    second.focus()
    page.keyboard.press("Space")
    seen["ticked"] = ticked(page)
    seen["progress"] = page.locator(".progress span").first.inner_text()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    seen["ticked after"] = ticked(page)
    seen["progress after"] = page.locator(".progress span").first.inner_text()
    elsewhere = page.context.new_page()
    elsewhere.goto(pathlib.Path(other).resolve().as_uri())
    elsewhere.wait_for_selector("body[data-ready]")
    seen["ticked elsewhere"] = ticked(elsewhere)
    # the same bundle in another tab
    elsewhere.goto(pathlib.Path(path).resolve().as_uri())
    elsewhere.wait_for_selector("body[data-ready]")
    elsewhere.locator("[data-tick]:not(:disabled)").nth(2).check()
    seen["ticked in both"] = ticked(elsewhere)
    elsewhere.close()
    page.bring_to_front()
    page.wait_for_function("many => document.querySelectorAll('[data-tick]:checked:not(:disabled)').length === many", arg=len(seen["ticked in both"]))
    # what another program left in its place
    page.evaluate("localStorage.setItem(PLACE, '{{')")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    seen["garbled"] = ticked(page)

    # filters
    seen["steps"] = len(shown())
    page.locator("[data-who='system administrator']").first.click()
    seen["administrator"] = shown()
    page.locator("[data-who='system administrator']").first.click()
    page.locator("[data-tick]:not(:disabled)").first.check()
    page.locator("[data-open]").first.click()
    seen["open"] = len(shown())
    page.locator("[data-open]").first.click()

    # print: what is ticked can be seen, and nothing that only a screen can use
    page.emulate_media(media="print")
    seen["printed"] = {name: page.locator(name).first.is_visible() for name in ["button.copy", ".bar", ".parts", "[data-tick]", ".chain-picture", ".expiry"]}
    page.emulate_media(media="screen")

    # the first stop of the Tab key
    again = browser.open(path)
    again.keyboard.press("Tab")
    seen["skip"] = again.evaluate("document.activeElement.className")
    again.keyboard.press("Enter")
    again.keyboard.press("Tab")
    seen["then"] = again.evaluate("document.activeElement.closest('main') !== null")
    seen["outline"] = again.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    for look in [{"scheme": "dark"}, {"width": 360, "height": 740}]:
        page = browser.open(path, **look)
        seen["faults"] += faults(page)
    seen["overflow"] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    plain = browser.open(path, scripts=False)
    seen["plain"] = {name: plain.locator(name).first.is_visible() for name in ["button.copy", ".bar", "[data-tick]", ".chain-picture", ".expiry", ".as-of"]}
    # a browser that keeps nothing
    strict = browser.chromium.new_context()
    strict.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden') } })")
    page = strict.new_page()
    page.on("pageerror", lambda error: browser.wrong["errors"].append(str(error)))
    page.goto(pathlib.Path(path).resolve().as_uri())
    page.wait_for_selector("body[data-ready]")
    page.locator("[data-tick]:not(:disabled)").first.check()
    seen["forgotten"] = ticked(page)
    old = browser.open(path, clock=NOW + datetime.timedelta(days=60))
    seen["age"] = old.locator("#age").inner_text()
    seen["over"] = old.locator(".expiry .critical .time").all_inner_texts()
    return seen


def measure(browser, path):
    """First paint by the browser's own clock; filtering by the processor time of the page's thread, because a machine does
    other things too, and by the wall."""
    page = browser.open(path, clock=None)
    ready = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    task = lambda: next(one["value"] for one in session.send("Performance.getMetrics")["metrics"] if one["name"] == "TaskDuration")
    script = """words => new Promise(done => {
        const field = document.getElementById("words"), start = performance.now();
        field.value = words;
        field.dispatchEvent(new Event("input"));
        void document.body.offsetHeight;
        done(performance.now() - start);
    })"""
    filters = []
    for words in ["h", "ho", "host9", "host99", "nothing", ""] * 3:
        before = task()
        wall = page.evaluate(script, words)
        page.wait_for_timeout(200)
        filters.append({"wall": wall, "thread": (task() - before) * 1000})
    return {
        "paint": page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
        "ready": ready,
        "bytes": os.path.getsize(path),
        "filters": filters,
        "rows": page.locator("#shown").inner_text(),
    }


def pictures(browser, path, folder):
    save = lambda page, name: page.screenshot(path=f"{folder}/html-{name}.png")
    save(browser.open(path), "light")
    page = browser.open(path, "#q=127.0.0.1", height=1000)
    open_first(page)
    page.locator("dialog").screenshot(path=f"{folder}/html-details.png")
    save(browser.open(path, scheme="dark"), "dark")
    save(browser.open(path, width=360, height=740), "narrow")
    return {}


def bundle_pictures(browser, path, folder):
    save = lambda page, name: page.screenshot(path=f"{folder}/bundle-{name}.png")
    page = browser.open(path)
    save(page, "light")
    page.locator(".server").first.screenshot(path=f"{folder}/bundle-server.png")
    save(browser.open(path, scheme="dark"), "dark")
    save(browser.open(path, width=380, height=740), "narrow")
    return {}


def main(verb, *arguments):
    with sync_playwright() as playwright:
        browser = Browser(playwright)
        seen = globals()[verb](browser, *arguments)
        browser.chromium.close()
    print(json.dumps({**browser.wrong, **seen}))


if __name__ == "__main__":
    main(*sys.argv[1:])
