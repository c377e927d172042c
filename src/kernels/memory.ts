import { type Descriptor, type DescriptorName, encodeDescriptor } from './descriptors.ts';
import { type Form, type Instance, instantiate, type Machine, PAGE } from './machine.ts';
import { instantiateShared, type Team, type Threads } from './threads.ts';
import type { Address } from './webassembly.ts';

const ALIGNMENT = 16;
/** Nothing lies at address 0, so that 0 can mean "none". */
const FIRST = 64;

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The memory of one plan and the kernels that work in it. It only grows; what was placed stays where it is. */
export class Workspace {
  readonly form: Form;
  readonly kernels: Instance['kernels'];
  readonly #memory: Instance['memory'];
  #next = FIRST;
  #staging: { address: Address; bytes: number } = { address: 0, bytes: 0 };

  readonly #attend: () => void;

  constructor(machine: Machine) {
    const { threads, form } = machine;
    const shared = threads && instantiateShared(threads.module);
    const { memory, kernels } = shared ?? instantiate(machine);
    this.form = form;
    this.kernels = kernels;
    this.#memory = memory;
    const team = threads && shared && this.#found(threads, { memory, functions: shared.kernels });
    this.#attend = team ? () => threads.pool.attend(team, threads.when) : () => {};
  }

  #found({ module, pool, when }: Threads, parts: Pick<Team, 'memory' | 'functions'>): Team {
    const address = this.reserve(parts.functions.teamBytes(pool.size));
    parts.functions.lead(address, when.work, when.pause);
    return { module, ...parts, address };
  }

  /** Tells that steps are about to run: helpers, where there are any, come to this memory. */
  attend(): void {
    this.#attend();
  }

  /** Bytes of memory, its unused end included. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Zeroed memory. Kernels read up to 16 bytes beyond what they are given, so that much follows. */
  reserve(bytes: number): Address {
    const address = this.#next;
    this.#next = address + aligned(bytes + ALIGNMENT);
    this.#grow(this.#next);
    return address;
  }

  /** Some kernel reads this far beyond an activation: such memory has to exist, whatever it holds. */
  readBeyond(bytes: number): void {
    this.#grow(this.#next + bytes);
  }

  #grow(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
  }

  place(data: Uint8Array | Int8Array | Int16Array | Int32Array): Address {
    const address = this.reserve(data.byteLength);
    this.bytes(address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return address;
  }

  descriptor<N extends DescriptorName>(name: N, values: Descriptor<N>): Address {
    return this.place(encodeDescriptor(name, values));
  }

  /** Valid until the memory grows. */
  bytes(address: Address, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  /** Room through which plain values come and go, at least this large. */
  staging(bytes: number): Address {
    if (bytes > this.#staging.bytes) this.#staging = { address: this.reserve(bytes), bytes };
    return this.#staging.address;
  }
}
