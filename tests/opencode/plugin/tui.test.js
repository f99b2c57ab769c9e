import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import { createSignal } from "solid-js"
import { answer, fakeGaugeway, installed, TOAST, until } from "./fakes.js"
import { drawn, find, render } from "./solid.js"

/** @typedef {import("./solid.js").Node} Node */

const COLOURS = { success: "green", warning: "yellow", error: "red", text: "white", textMuted: "grey" }
const CAMPUS = {
  id: "campus",
  brief: { text: "Campus 42% left", level: "ok" },
  lines: [
    { text: "Campus", level: "ok", strong: true },
    { text: "█████░░░░░ 42% left", level: "ok" },
    { text: "resets in 3 d", level: "dim" },
  ],
}
const FULL = answer({
  home: { text: "Campus 42% left", level: "low" },
  sidebar: { title: "Quota", gateways: [CAMPUS] },
})

/** @type {(() => void)[]} */
const ends = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/**
 * OpenCode with the plugin in it, and a session of one message.
 * @param {ReturnType<typeof fakeGaugeway>} gaugeway
 * @param {Record<string, unknown>} [kv]
 */
async function opencode(gaugeway, kv = {}) {
  const { default: plugin } = await import(installed(gaugeway, "gaugeway/tui.js"))
  const [route, navigate] = createSignal(/** @type {any} */ ({ name: "home" }))
  const [messages, setMessages] = createSignal(
    /** @type {any[]} */ ([{ role: "assistant", providerID: "campus", modelID: "m1" }]),
  )
  /** @type {Record<string, (event: any) => void>} */
  const listeners = {}
  /** @type {any[]} */
  const toasts = []
  /** @type {any[]} */
  const published = []
  /** @type {any} */
  let registered
  /** @type {Node | undefined} */
  let prompt
  /** @type {any[]} */
  const commands = []
  /** @type {Node} */
  const dialog = { tag: "dialog", text: "", props: {}, children: [] }
  const context = { theme: { current: COLOURS } }
  const api = {
    state: {
      path: { directory: gaugeway.folder },
      config: { model: "campus/default" },
      session: {
        get: (/** @type {string} */ id) => ({ id, parentID: id === "child" ? "s1" : undefined }),
        messages: () => messages(),
      },
    },
    theme: { current: COLOURS },
    renderer: { width: 150, height: 45 },
    kv: {
      get: (/** @type {string} */ key, /** @type {unknown} */ or) => kv[key] ?? or,
      set: (/** @type {string} */ key, /** @type {unknown} */ to) => (kv[key] = to),
    },
    route: {
      get current() {
        return route()
      },
    },
    client: { tui: { publish: async (/** @type {any} */ one) => published.push(one) } },
    event: {
      on(/** @type {string} */ type, /** @type {(event: any) => void} */ listener) {
        listeners[type] = listener
        return () => delete listeners[type]
      },
    },
    lifecycle: { onDispose: (/** @type {() => void} */ end) => ends.push(end) },
    slots: { register: (/** @type {any} */ one) => (registered = one) },
    keymap: {
      registerLayer(/** @type {any} */ layer) {
        commands.push(...layer.commands)
        return () => {}
      },
    },
    ui: {
      toast: (/** @type {any} */ one) => toasts.push(one),
      dialog: { setSize() {}, replace: (/** @type {() => any} */ element) => ends.push(render(element, dialog)) },
    },
  }
  await plugin.tui(api)
  /** @param {string} name */
  const slot = (name) => {
    /** @type {Node} */
    const root = { tag: "slot", text: "", props: {}, children: [] }
    ends.push(render(() => registered.slots[name](context, { session_id: "s1" }), root))
    return root
  }
  return {
    home: slot("home_bottom"),
    sidebar: slot("sidebar_content"),
    /** Where a session is on the screen. */
    get prompt() {
      prompt ??= slot("session_prompt_right")
      return prompt
    },
    dialog,
    toasts,
    published,
    kv,
    listeners,
    idle: (session = "s1") => listeners["session.idle"]({ properties: { sessionID: session } }),
    /** @param {string} type */
    happens: (type) => listeners[type]({ properties: { sessionID: "s1" } }),
    /** @param {string} name */
    slash: (name) => commands.find((one) => one.slashName === name).run(),
    open: () => navigate({ name: "session", params: { sessionID: "s1" } }),
    /** @param {string} modelID */
    switchTo: (modelID) => setMessages([{ role: "user", model: { providerID: "campus", modelID } }]),
  }
}

test("everything has its place and its colour", async () => {
  const host = await opencode(fakeGaugeway({ answers: [FULL] }))
  assert.equal(drawn(host.home), "")
  await until(() => drawn(host.home) !== "")
  assert.equal(drawn(host.home), "Campus 42% left")
  assert.equal(drawn(host.prompt), "42% left")
  assert.equal(drawn(host.sidebar), "▼ Quota\nCampus\n█████░░░░░ 42% left\nresets in 3 d")
  const colours = ["▼ Quota", "Campus", "resets in 3 d"].map((text) => find(host.sidebar, text)?.props)
  assert.deepEqual(
    colours.map((props) => [props?.fg, props?.attributes]),
    [
      ["white", 1],
      ["green", 1],
      ["grey", 0],
    ],
  )
  assert.equal(find(host.home, "Campus 42% left")?.props.fg, "yellow")
})

test("a click folds the section, and OpenCode remembers it", async () => {
  const host = await opencode(fakeGaugeway({ answers: [FULL] }))
  await until(() => drawn(host.sidebar) !== "")
  host.sidebar.children[0].props.onMouseDown()
  assert.equal(drawn(host.sidebar), "▶ Campus 42% left")
  const again = await opencode(fakeGaugeway({ answers: [FULL] }), host.kv)
  await until(() => drawn(again.sidebar) !== "")
  assert.equal(drawn(again.sidebar), "▶ Campus 42% left")
  again.sidebar.children[0].props.onMouseDown()
  assert.match(drawn(again.sidebar), /^▼ Quota\nCampus\n/)
})

test("after a turn: a look, a toast, and a second look", async () => {
  const settings = { ...FULL.settings, late_ms: 100 }
  const gaugeway = fakeGaugeway({ answers: [{ ...FULL, settings }, { ...FULL, settings, toast: TOAST }, FULL] })
  const host = await opencode(gaugeway)
  await until(() => drawn(host.home) !== "")
  host.open()
  host.idle()
  await until(() => gaugeway.runs().length === 3)
  const runs = gaugeway.runs()
  assert.deepEqual(
    runs.map((run) => [run.event, run.model, run.width]),
    [
      ["start", "campus/default", "80"],
      ["idle", "campus/m1", "80"],
      ["late", "campus/m1", "80"],
    ],
  )
  assert.deepEqual(host.toasts, [{ ...TOAST, duration: TOAST.duration_ms }])
})

test("the server's plugin hears of this one, and with every turn again", async () => {
  const host = await opencode(fakeGaugeway())
  host.idle()
  const hello = { body: { type: "tui.command.execute", properties: { command: "gaugeway.hello" } } }
  assert.deepEqual(host.published, [hello, hello])
})

test("an agent's part of a turn is no end of it", async () => {
  const gaugeway = fakeGaugeway()
  const host = await opencode(gaugeway)
  await until(() => gaugeway.runs().length === 1)
  host.idle("child")
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(gaugeway.runs().length, 1)
})

for (const [type, event] of [
  ["question.asked", "question"],
  ["session.compacted", "compact"],
]) {
  test(`${type} is told`, async () => {
    const gaugeway = fakeGaugeway()
    const host = await opencode(gaugeway)
    await until(() => drawn(host.prompt) !== "")
    host.happens(type)
    await until(() => gaugeway.runs().some((run) => run.event === event))
  })
}

test("another model in the session is asked about", async () => {
  const gaugeway = fakeGaugeway()
  const host = await opencode(gaugeway)
  host.open()
  assert.equal(drawn(host.prompt), "")
  await until(() => gaugeway.runs().length > 0)
  host.switchTo("m2")
  await until(() => gaugeway.runs().some((run) => run.model === "campus/m2"))
})

test("a timer looks again", async () => {
  const often = answer({ settings: { ...answer().settings, timer_ms: 50 } })
  const gaugeway = fakeGaugeway({ answers: [often] })
  await opencode(gaugeway)
  await until(() => gaugeway.runs().filter((run) => run.event === "timer").length > 1)
})

test("without an answer: what was there, muted, and one quiet line", async () => {
  const code = `if (run !== 1) process.stdout.write(${JSON.stringify(JSON.stringify(FULL))})`
  const gaugeway = fakeGaugeway({ code })
  const host = await opencode(gaugeway)
  await until(() => drawn(host.sidebar) !== "")
  host.idle()
  await until(() => drawn(host.sidebar).endsWith("gaugeway: no answer"))
  assert.match(drawn(host.sidebar), /^▼ Quota\nCampus\n/)
  assert.equal(find(host.sidebar, "Campus")?.props.fg, "grey")
  assert.equal(find(host.prompt, "42% left")?.props.fg, "grey")
  host.sidebar.children[0].props.onMouseDown()
  assert.equal(drawn(host.sidebar), "▶ gaugeway: no answer")
  host.idle() // it is back
  await until(() => drawn(host.sidebar) === "▶ Campus 42% left")
})

test("no gaugeway at all is one line", async () => {
  const host = await opencode({ ...fakeGaugeway(), command: ["/nowhere/gaugeway"] })
  await until(() => drawn(host.sidebar) !== "")
  assert.equal(drawn(host.sidebar), "gaugeway: no answer")
  assert.equal(drawn(host.prompt), "")
})

test("nothing to show takes no place", async () => {
  const gaugeway = fakeGaugeway({ answers: [answer({ prompt: null })] })
  const host = await opencode(gaugeway)
  await until(() => gaugeway.lines().includes("end"))
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual([host.home, host.prompt, host.sidebar].map(drawn), ["", "", ""])
})

test("the dialogs", async () => {
  const gaugeway = fakeGaugeway()
  const host = await opencode(gaugeway)
  host.slash("quota_status")
  assert.equal(drawn(host.dialog), "Quota status\n...\nesc closes")
  await until(() => drawn(host.dialog).includes("all is well"))
  assert.equal(host.dialog.children[0].children[1].props.height, 1)
  assert.equal(gaugeway.runs().at(-1)?.event, "command")
})

test("a dialog opens with what is known, and says that there is no more", async () => {
  const code = `if (run === 0) process.stdout.write(${JSON.stringify(JSON.stringify(answer()))})`
  const host = await opencode(fakeGaugeway({ code }))
  await until(() => drawn(host.prompt) !== "")
  host.slash("quota")
  assert.equal(drawn(host.dialog), "Quota\nCampus 42% left\nesc closes")
  await until(() => drawn(host.dialog).includes("Campus 42% left\n\ngaugeway: no answer"))
})

test("the end: no listener, no timer, no process", async () => {
  const gaugeway = fakeGaugeway({ code: "setInterval(() => {}, 1000)" })
  const host = await opencode(gaugeway)
  await until(() => gaugeway.runs().length === 1)
  for (const end of ends.splice(0)) end()
  assert.deepEqual(host.listeners, {})
})
