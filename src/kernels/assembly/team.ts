/**
 * Threads that work in one memory. The leader publishes a call as a job of chunks; it takes chunks from the front, helpers
 * from the back, so that each keeps the rows that its caches hold. A helper that sleeps or has not come is not waited for:
 * the leader goes on until no chunk is left. Which thread computes a chunk does not change a byte.
 *
 * CLAIM holds [number of the job: 32][first chunk not taken: 16][end of those: 16] and changes by compare-and-exchange
 * alone. Whoever has taken a chunk may read the job until it reports the chunk done, since the leader waits for all
 * reports before the next job. Fields that different threads write lie in different cache lines.
 */
import { Job, OWN, run } from "./parts";

const CLAIM: usize = 0;
/** Chunks that are done, and the set of those that their helper gave up. */
const DONE: usize = 64, LOST: usize = 68;
/** What sleeping helpers wait for, whether one may sleep, whether the team is closed, how many helpers are in it. */
const BELL: usize = 128, ASLEEP: usize = 132, CLOSED: usize = 136, PRESENT: usize = 140;
const JOB: usize = 192;
/** Of each member: the chunk it is at, plus 1; how many it has done; memory of its own. */
const MEMBERS: usize = 256, MEMBER: usize = 192;
const TAKEN: usize = 0, COUNT: usize = 4, OWN_MEMORY: usize = MEMBER - OWN;

// @ts-ignore: decorator
@inline
function memberAt(t: usize, k: i32): usize {
  return t + MEMBERS + <usize>k * MEMBER;
}

/** Looks at CLAIM before a helper sleeps: some 50 µs, several times what lies between the calls of an inference. */
const SPIN = 20000;
/** The most chunks of a job, and about the least work of one. */
const CHUNKS = 16, CHUNK_WORK = 4096;
/** Looks at DONE until a helper counts as late: several times what a chunk takes, at least 10 µs. */
const PATIENCE = 20000, PATIENCE_PER_WORK = 8;

/** Of the leader; other instances do not use it: its team, what `lead` was told, and the work that it still does alone. */
let team: usize = 0, least = 0, pause = 0, alone = 0;

/** Bytes of a team, aligned to 16, zero at the start. */
export function teamBytes(helpers: i32): i32 {
  return <i32>memberAt(0, helpers + 1);
}
/** Helpers that are there. */
export function present(t: usize): i32 {
  return atomic.load<i32>(t + PRESENT);
}
/** Chunks that a helper has done so far. */
export function chunksDone(t: usize, helper: i32): i32 {
  return atomic.load<i32>(memberAt(t, helper) + COUNT);
}

/**
 * Makes this instance the leader of a team. Calls with less work than `leastWork` are not shared, and none for
 * `pauseWork` once threads were in each other's way.
 */
export function lead(t: usize, leastWork: i32, pauseWork: i32): void {
  team = t;
  least = leastWork;
  pause = pauseWork;
  atomic.store<i32>(t + CLOSED, 0);
}
/** Sends the helpers away as soon as they have done what they have taken. */
export function dismiss(t: usize): void {
  atomic.store<i32>(t + CLOSED, 1);
  ring(t);
}

/** The job that the leader may fill in: nobody else looks at it. */
export function newJob(): Job {
  return changetype<Job>(team + JOB);
}

/**
 * Runs the new job together with whoever is there.
 * @param work - of all units; one is about what eight int8 output channels of a pixel take for four products each
 */
export function share(units: i32, work: i32): void {
  const t = team, job = changetype<Job>(t + JOB);
  if (units < 2 || work < least || alone > 0) {
    alone = max(0, alone - work);
    run(job, 0, units, memberAt(t, 0) + OWN_MEMORY);
    return;
  }
  const chunks = min(units, max(2, min(CHUNKS, work / CHUNK_WORK)));
  job.units = units;
  job.chunks = chunks;
  atomic.store<i32>(t + LOST, 0);
  atomic.store<i32>(t + DONE, 0);
  atomic.store<i64>(t + CLAIM, (((load<i64>(t + CLAIM) >> 32) + 1) << 32) | <i64>chunks);
  if (atomic.load<i32>(t + ASLEEP) && atomic.xchg<i32>(t + ASLEEP, 0)) ring(t);
  let own = 0;
  for (let chunk = take(t, false); chunk >= 0; chunk = take(t, false)) {
    runChunk(t, chunk, 0);
    atomic.add<i32>(t + DONE, 1);
    own++;
  }
  const looks = awaitAll(t, chunks);
  // Threads that take turns on one core are slower than one thread: a helper lost its core in the middle of a chunk, or the
  // leader its own to the helper that it woke.
  if (looks > PATIENCE + work / chunks * PATIENCE_PER_WORK || !own) alone = pause;
}

/** No sleep: a page's own thread may not, and what is left is a part of a chunk. @returns how often it looked */
function awaitAll(t: usize, chunks: i32): i32 {
  let looks = 0;
  while (atomic.load<i32>(t + DONE) != chunks) looks++;
  const lost = atomic.load<i32>(t + LOST);
  for (let chunk = 0; chunk < chunks; chunk++) if (lost & (1 << chunk)) runChunk(t, chunk, 0);
  return looks;
}

// @ts-ignore: decorator
@inline
function first(claim: i64): i32 {
  return <i32>(claim >> 16) & 0xffff;
}
// @ts-ignore: decorator
@inline
function end(claim: i64): i32 {
  return <i32>claim & 0xffff;
}

/** Takes a chunk from the front or the back. @returns its number, −1 if none is left */
function take(t: usize, back: bool): i32 {
  let seen = atomic.load<i64>(t + CLAIM);
  while (first(seen) < end(seen)) {
    const found = atomic.cmpxchg<i64>(t + CLAIM, seen, back ? seen - 1 : seen + 0x10000);
    if (found == seen) return back ? end(seen) - 1 : first(seen);
    seen = found;
  }
  return -1;
}

function runChunk(t: usize, chunk: i32, member: i32): void {
  const job = changetype<Job>(t + JOB), units = job.units, chunks = job.chunks;
  run(job, chunk * units / chunks, (chunk + 1) * units / chunks, memberAt(t, member) + OWN_MEMORY);
}

function ring(t: usize): void {
  atomic.add<i32>(t + BELL, 1);
  atomic.notify(t + BELL, -1);
}

function hasWork(t: usize): bool {
  const claim = atomic.load<i64>(t + CLAIM);
  return first(claim) < end(claim);
}
function isClosed(t: usize): bool {
  return atomic.load<i32>(t + CLOSED) != 0;
}

/** Returns when there is work or the team is closed. */
function idle(t: usize): void {
  for (let k = 0; k < SPIN; k++) if (hasWork(t) || isClosed(t)) return;
  const bell = atomic.load<i32>(t + BELL);
  atomic.store<i32>(t + ASLEEP, 1);
  // The leader looks at ASLEEP after it has published: it sees this helper, or this helper sees the job.
  if (!hasWork(t) && !isClosed(t)) atomic.wait<i32>(t + BELL, bell, -1);
}

/** Helps with every job until the team is closed. @param helper - which helper this is, from 1 */
export function help(t: usize, helper: i32): void {
  const member = memberAt(t, helper);
  atomic.add<i32>(t + PRESENT, 1);
  while (!isClosed(t)) {
    const chunk = take(t, true);
    if (chunk < 0) {
      idle(t);
      continue;
    }
    store<i32>(member + TAKEN, chunk + 1);
    runChunk(t, chunk, helper);
    store<i32>(member + TAKEN, 0);
    atomic.add<i32>(member + COUNT, 1);
    atomic.add<i32>(t + DONE, 1);
  }
  atomic.sub<i32>(t + PRESENT, 1);
}

/** Where `help` has thrown: leaves the chunk that it had taken to the leader. */
export function giveUp(t: usize, helper: i32): void {
  const member = memberAt(t, helper), taken = load<i32>(member + TAKEN);
  atomic.sub<i32>(t + PRESENT, 1);
  if (!taken) return;
  store<i32>(member + TAKEN, 0);
  atomic.or<i32>(t + LOST, 1 << (taken - 1));
  atomic.add<i32>(t + DONE, 1);
}
