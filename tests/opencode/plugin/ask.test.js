import assert from "node:assert/strict"
import { test } from "node:test"
import { gauge } from "../../../src/gaugeway/opencode/files/gaugeway/ask.js"
import { answer, fakeGaugeway } from "./fakes.js"

/** @param {ReturnType<typeof fakeGaugeway>} gaugeway */
const asking = (gaugeway) => gauge(() => gaugeway.folder, gaugeway.command)

test("what it runs, and what comes back", async () => {
  const gaugeway = fakeGaugeway()
  const { ask } = asking(gaugeway)
  assert.deepEqual(await ask({ event: "start" }), answer())
  await ask({ event: "idle", model: "campus/big model; $(x)", width: 82 })
  assert.deepEqual(gaugeway.runs(), [
    { words: "opencode view --json", event: "start", seen: "" },
    { words: "opencode view --json", event: "idle", seen: "seen", model: "campus/big model; $(x)", width: "82" },
  ])
})

test("one process at a time, and one wish that waits", async () => {
  const gaugeway = fakeGaugeway({ wait: 200 })
  const { ask } = asking(gaugeway)
  const answers = [ask({ event: "timer" }), ask({ event: "late" }), ask({ event: "command" }), ask({ event: "idle" })]
  assert.ok((await Promise.all(answers)).every(Boolean))
  assert.deepEqual(
    gaugeway.runs().map((run) => run.event),
    ["timer", "command"],
  )
  assert.deepEqual(
    gaugeway.lines().map((line) => line === "end"),
    [false, true, false, true],
  )
})

test("a wish can be made again after the one that waited", async () => {
  const gaugeway = fakeGaugeway({ wait: 50 })
  const { ask } = asking(gaugeway)
  ask({ event: "start" })
  await ask({ event: "idle" })
  await ask({ event: "late" })
  assert.equal(gaugeway.runs().length, 3)
})

for (const [what, how] of /** @type {const} */ ([
  ["crashes", { code: "process.exit(1)" }],
  ["prints garbage", { text: "Traceback (most recent call last):" }],
  ["prints nothing", { text: "" }],
  ["prints half of it", { text: JSON.stringify(answer()).slice(0, -9) }],
  ["is of another time", { answers: [{ ...answer(), schema: "gaugeway.opencode/2" }] }],
  ["prints another shape", { answers: [{ ...answer(), sidebar: { gateways: [{ id: "a", lines: "none" }] } }] }],
  ["prints numbers for words", { answers: [answer({ prompt: /** @type {any} */ ({ text: 42, level: "ok" }) })] }],
  ["prints null", { text: "null" }],
])) {
  test(`a gaugeway that ${what}`, async () => {
    const { ask } = asking(fakeGaugeway(how))
    assert.equal(await ask({ event: "idle" }), undefined)
  })
}

test("a gaugeway that is missing", async () => {
  const { ask } = gauge(() => "/", ["/nowhere/gaugeway"])
  assert.equal(await ask({ event: "start" }), undefined)
  assert.equal(await ask({ event: "idle" }), undefined)
})

test("a folder that is gone", async () => {
  const { ask } = gauge(() => "/nowhere", fakeGaugeway().command)
  assert.equal(await ask({ event: "start" }), undefined)
})

test("a gaugeway that hangs is given up in its time, and asked again later", async () => {
  const quick = answer({ settings: { ...answer().settings, timeout_ms: 500 } })
  const code = `
    if (run !== 1) process.stdout.write(${JSON.stringify(JSON.stringify(quick))})
    else setInterval(() => {}, 1000)`
  const { ask } = asking(fakeGaugeway({ code }))
  assert.deepEqual(await ask({ event: "start" }), quick)
  const started = Date.now()
  assert.equal(await ask({ event: "idle" }), undefined)
  assert.ok(Date.now() - started < 5000)
  assert.deepEqual(await ask({ event: "late" }), quick)
})

test("a gaugeway that prints without end", { timeout: 20_000 }, async () => {
  const code = `setInterval(() => process.stdout.write("x".repeat(60_000)), 1)`
  const { ask } = asking(fakeGaugeway({ code }))
  assert.equal(await ask({ event: "idle" }), undefined)
})

test("what is stopped gives no answer", async () => {
  const { ask, stop } = asking(fakeGaugeway({ code: "setInterval(() => {}, 1000)" }))
  const asked = ask({ event: "idle" })
  setTimeout(stop, 100)
  assert.equal(await asked, undefined)
})
