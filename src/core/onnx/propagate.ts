import type { OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';
import { elementCount } from '../model/data.ts';
import type { TensorData } from '../model/types.ts';
import { Folder } from './fold/fold.ts';
import { NodeView } from './node-view.ts';
import type { ValueType } from './normalized.ts';
import { nodeProblem } from './problems.ts';
import { inferTypes, shapeRuleOf } from './shapes/infer.ts';
import { isSizedByValues, sizedByValuesProblem, untoldProblem } from './untold.ts';

/** A graph of which every value's type and shape is known. */
export interface TypedGraph {
  readonly opset: number;
  readonly graph: OnnxGraph;
  readonly values: ReadonlyMap<string, ValueType>;
}

/** What a graph itself does not say. */
export interface PropagateOptions {
  readonly opset: number;
  /** Types of the graph's inputs. */
  readonly inputs: ReadonlyMap<string, ValueType>;
  /** What the file says of a value that an unknown operator makes. */
  readonly told: (name: string) => ValueType | undefined;
  /** What a run showed of a value that an unknown operator makes. */
  readonly measured?: (name: string) => ValueType | undefined;
  /** Elements that may be computed. Absent: as many as a file of this size deserves. */
  readonly foldLimit?: number;
}

/** Elements that folding may compute whatever the file holds: enough for any shape arithmetic and a table of anchors or two. */
const foldLimit = 2 ** 24;
/** And for each element that the file holds, so that weights may be transposed, cast and split however large they are. */
const foldsPerElement = 8;

/**
 * Walks the nodes once: types and shapes of all values, and the values of all that no input changes.
 * @throws Problem `model/invalid` naming the node that is wrong, `model/unsupported-op` naming every node of an unknown
 * operator whose results' shapes nothing else tells either; `untoldOf` gives what a run could tell.
 */
export function propagate(graph: OnnxGraph, options: PropagateOptions): TypedGraph {
  const walk = new Walk(graph, options);
  const nodes = graph.nodes.filter((node) => !walk.isComputed(node));
  walk.refuseLost();
  const { values, constants } = walk;
  return { opset: options.opset, values, graph: { ...graph, nodes, constants } };
}

/** What is known so far, from one node to the next. */
class Walk {
  readonly values: Map<string, ValueType>;
  readonly constants: Map<string, TensorData>;
  readonly #options: PropagateOptions;
  readonly #madeSomewhere: ReadonlySet<string>;
  readonly #folder: Folder;
  readonly #unknown: OnnxNode[] = [];
  /** Those whose results are as large as values say. */
  readonly #sizedByValues = new Set<OnnxNode>();
  /** What unknown operators make, and what follows from it. */
  readonly #lost = new Set<string>();

  constructor(graph: OnnxGraph, options: PropagateOptions) {
    this.values = new Map(options.inputs);
    this.constants = new Map(graph.constants);
    this.#options = options;
    this.#madeSomewhere = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    let elements = 0;
    for (const [name, { dtype, shape }] of graph.constants) {
      this.values.set(name, { dtype, shape });
      elements += elementCount(shape);
    }
    this.#folder = new Folder(options.foldLimit ?? foldLimit + foldsPerElement * elements);
  }

  /** Types what a node makes, and computes it where it is constant: whether that was so. */
  isComputed(node: OnnxNode): boolean {
    this.#checkOrder(node);
    const { opset } = this.#options;
    const view = new NodeView(node, { opset, values: this.values, constants: this.constants });
    const rule = shapeRuleOf(view);
    if (rule === undefined) this.#enterUnknown(node);
    const follows = rule !== undefined && !node.inputs.some((name) => this.#lost.has(name));
    const types = follows ? inferTypes(view, rule) : this.#toldTypes(node);
    for (const name of node.outputs) {
      const type = types.get(name);
      if (type !== undefined) this.values.set(name, type);
      else if (name !== '') this.#lost.add(name);
    }
    return follows && this.#isFolded(view, types);
  }

  #enterUnknown(node: OnnxNode): void {
    this.#unknown.push(node);
    // Of what follows from unknown values it is not known yet whether they will be constants.
    const varies = (name: string) => !this.constants.has(name) && !this.#lost.has(name);
    if (isSizedByValues(node, varies)) this.#sizedByValues.add(node);
  }

  #toldTypes(node: OnnxNode): ReadonlyMap<string, ValueType> {
    const { told, measured } = this.#options;
    return new Map(
      node.outputs.flatMap((name) => {
        const type = told(name) ?? (this.#sizedByValues.has(node) ? undefined : measured?.(name));
        return type === undefined ? [] : [[name, type] as const];
      }),
    );
  }

  #isFolded(view: NodeView, types: ReadonlyMap<string, ValueType>): boolean {
    const { outputs } = view.node;
    const results = this.#folder.fold(
      view,
      outputs.map((name) => types.get(name)),
    );
    outputs.forEach((name, i) => {
      const result = results?.[i];
      if (result !== undefined && name !== '') this.constants.set(name, result);
    });
    return results !== undefined;
  }

  /** Nodes stand in the order in which they run, and each value is made once. */
  #checkOrder(node: OnnxNode): void {
    const isKnown = (name: string) => this.values.has(name) || this.#lost.has(name);
    const early = node.inputs.find((name) => name !== '' && !isKnown(name));
    if (early !== undefined) {
      const why = this.#madeSomewhere.has(early)
        ? 'before it is made; nodes must stand in the order in which they run, without cycles'
        : 'which nothing in the file makes';
      throw nodeProblem(node, `reads “${early}”, ${why}`);
    }
    const made = node.outputs.filter((name) => name !== '');
    const again = made.find(isKnown);
    if (again !== undefined) throw nodeProblem(node, `makes “${again}”, which exists already`);
    if (new Set(made).size < made.length) throw nodeProblem(node, 'makes the same value twice');
  }

  /** @throws Problem `model/unsupported-op` where the shapes of values are not known. */
  refuseLost(): void {
    if (this.#lost.size === 0) return;
    const nodes = this.#unknown.filter(({ outputs }) => outputs.some((name) => this.#lost.has(name)));
    const sized = nodes.filter((node) => this.#sizedByValues.has(node));
    if (sized.length > 0) throw sizedByValuesProblem(sized);
    const values = nodes.flatMap(({ outputs }) => outputs.filter((name) => this.#lost.has(name)));
    const inputs = [...this.#options.inputs].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    throw untoldProblem(nodes, { values, inputs });
  }
}
