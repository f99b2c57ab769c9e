import assert from "node:assert/strict"
import { test } from "node:test"
import { answer, fakeGaugeway, installed, TOAST, until } from "./fakes.js"

const WITH_TOOL = answer({ settings: { ...answer().settings, tool: true } })
const HELLO = { type: "tui.command.execute", properties: { command: "gaugeway.hello" } }
const IDLE = { type: "session.idle", properties: { sessionID: "s1" } }

/**
 * @param {ReturnType<typeof fakeGaugeway>} gaugeway
 * @param {{ terminal?: boolean }} [where]
 */
async function opencode(gaugeway, { terminal = false } = {}) {
  const { default: plugin } = await import(installed(gaugeway, "plugin/gaugeway.js"))
  /** @type {any[]} */
  const toasts = []
  /** @type {any[]} */
  const prompts = []
  const client = {
    tui: { showToast: async (/** @type {any} */ one) => toasts.push(one) },
    session: { prompt: async (/** @type {any} */ one) => prompts.push(one) },
  }
  const hooks = await plugin.server({ client, directory: gaugeway.folder }, undefined, terminal)
  /** @type {any} */
  const config = {}
  await hooks.config(config)
  return { hooks, toasts, prompts, config }
}

const MESSAGE = { message: { model: { providerID: "campus", modelID: "m1" } } }

test("the tool is there where it is turned on", async () => {
  const gaugeway = fakeGaugeway({ answers: [WITH_TOOL] })
  const { hooks } = await opencode(gaugeway)
  await until(() => hooks.tool.quota)
  await hooks["chat.message"]({}, MESSAGE)
  assert.equal(await hooks.tool.quota.execute(), "Campus 42% left")
  const { event, model, width } = gaugeway.runs()[1]
  assert.deepEqual([event, model, width], ["command", "campus/m1", "80"])
})

test("the tool is not there by default", async () => {
  const gaugeway = fakeGaugeway()
  const { hooks } = await opencode(gaugeway)
  await until(() => gaugeway.lines().includes("end"))
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(hooks.tool, {})
})

test("the tool says so where gaugeway does not answer", async () => {
  const code = `if (run === 0) process.stdout.write(${JSON.stringify(JSON.stringify(WITH_TOOL))})`
  const { hooks } = await opencode(fakeGaugeway({ code }))
  await until(() => hooks.tool.quota)
  assert.equal(await hooks.tool.quota.execute(), "gaugeway: no answer")
})

test("a command answers in the conversation, and no model is asked", async () => {
  const gaugeway = fakeGaugeway()
  const { hooks, prompts, config } = await opencode(gaugeway)
  assert.deepEqual(Object.keys(config.command), ["quota", "quota_status"])
  const run = hooks["command.execute.before"]
  await assert.rejects(run({ command: "quota_status", sessionID: "s1" }), /no model was asked/)
  const parts = [{ type: "text", text: "all is well", ignored: true }]
  assert.deepEqual(prompts, [{ path: { id: "s1" }, body: { noReply: true, parts } }])
  await run({ command: "review", sessionID: "s1" }) // another's: goes on
})

test("a command of that name is the user's", async () => {
  const { hooks } = await opencode(fakeGaugeway())
  const mine = { template: "mine" }
  const config = { command: { quota: mine } }
  const again = await opencode(fakeGaugeway())
  await again.hooks.config(config)
  assert.equal(config.command.quota, mine)
  assert.ok(hooks)
})

test("beside a terminal the commands are its plugin's", async () => {
  const { hooks, config } = await opencode(fakeGaugeway(), { terminal: true })
  assert.deepEqual(config, {})
  await hooks["command.execute.before"]({ command: "quota", sessionID: "s1" })
})

test("a toast, where no terminal's plugin shows it", async () => {
  const { hooks, toasts } = await opencode(fakeGaugeway({ answers: [answer(), answer({ toast: TOAST })] }))
  await hooks.event({ event: IDLE })
  await until(() => toasts.length > 0)
  assert.deepEqual(toasts, [{ body: { ...TOAST, duration: TOAST.duration_ms } }])
})

test("no second toast where a terminal's plugin is there", async () => {
  const gaugeway = fakeGaugeway({ answers: [answer({ toast: TOAST })] })
  const { hooks, toasts } = await opencode(gaugeway)
  await hooks.event({ event: IDLE })
  await hooks.event({ event: HELLO })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  assert.deepEqual(toasts, [])
  assert.deepEqual(
    gaugeway.runs().map((run) => run.event),
    ["start"],
  )
})
