import { bytesOf } from '../../src/core/model/data.ts';
import type { ConvOptions } from '../../src/core/model/options.ts';
import type { KnownOp, Model, Shape, Tensor, TensorId } from '../../src/core/model/types.ts';
import type { FoldedLayer, FoldedNet } from './folded.ts';
import { kernelSize } from './linear.ts';
import { imageMetadata } from './metadata.ts';
import { classNames, pictureSize } from './render.ts';

/** A graph under construction: every call adds one thing and returns where it lies. */
class GraphBuilder {
  readonly tensors: Tensor[] = [];
  readonly ops: KnownOp[] = [];

  activation(name: string, shape: Shape): TensorId {
    return (this.tensors.push({ name, shape, dtype: 'float32' }) - 1) as TensorId;
  }

  constant(name: string, shape: Shape, values: Float32Array | Int32Array): TensorId {
    const dtype = values instanceof Float32Array ? 'float32' : 'int32';
    return (this.tensors.push({ name, shape, dtype, data: bytesOf(values) }) - 1) as TensorId;
  }

  shapeOf(id: TensorId): Shape {
    return this.tensors[id]?.shape ?? [];
  }
}

/** `layer`'s op on `input`; a depthwise or ordinary convolution with a fused activation. */
function addLayer(graph: GraphBuilder, input: TensorId, { spec, weights, bias }: FoldedLayer): TensorId {
  const { kind, name, inputChannels, outputChannels, stride } = spec;
  const size = (graph.shapeOf(input)[1] ?? 0) / stride;
  const window = kind === 'pointwise' ? 1 : kernelSize;
  const shape =
    kind === 'depthwise'
      ? [1, window, window, outputChannels]
      : [outputChannels, window, window, inputChannels];
  const opName = kind === 'depthwise' ? 'depthwise' : 'Conv2D';
  const inputs = [
    input,
    graph.constant(`fruit/${name}/${opName}`, shape, weights),
    graph.constant(`fruit/${name}/BiasAdd/bias`, [outputChannels], bias),
  ];
  const suffix = { NONE: 'BiasAdd', RELU: 'Relu', RELU6: 'Relu6' }[spec.activation];
  const output = graph.activation(`fruit/${name}/${suffix}`, [1, size, size, outputChannels]);
  const options: ConvOptions = {
    padding: 'SAME',
    strideH: stride,
    strideW: stride,
    dilationH: 1,
    dilationW: 1,
    activation: spec.activation,
  };
  graph.ops.push(
    kind === 'depthwise'
      ? {
          kind: 'DEPTHWISE_CONV_2D',
          inputs,
          outputs: [output],
          version: 1,
          options: { ...options, depthMultiplier: 1 },
        }
      : { kind: 'CONV_2D', inputs, outputs: [output], version: 1, options },
  );
  return output;
}

function addResidual(graph: GraphBuilder, name: string, inputs: readonly TensorId[]): TensorId {
  const output = graph.activation(`fruit/${name}/add`, graph.shapeOf(inputs[0] as TensorId));
  graph.ops.push({ kind: 'ADD', inputs, outputs: [output], version: 1, options: { activation: 'NONE' } });
  return output;
}

function addClassifier(graph: GraphBuilder, input: TensorId, net: FoldedNet): TensorId {
  const channels = graph.shapeOf(input)[3] ?? 0;
  const classes = classNames.length;
  const axes = graph.constant('fruit/pool/Mean/reduction_indices', [2], Int32Array.of(1, 2));
  const mean = graph.activation('fruit/pool/Mean', [1, channels]);
  graph.ops.push({
    kind: 'MEAN',
    inputs: [input, axes],
    outputs: [mean],
    version: 1,
    options: { keepDims: false },
  });
  const weights = graph.constant('fruit/dense/MatMul', [classes, channels], net.denseWeights);
  const bias = graph.constant('fruit/dense/BiasAdd/bias', [classes], net.denseBias);
  const scores = graph.activation('fruit/dense/BiasAdd', [1, classes]);
  graph.ops.push({
    kind: 'FULLY_CONNECTED',
    inputs: [mean, weights, bias],
    outputs: [scores],
    version: 1,
    options: { activation: 'NONE', keepNumDims: false, weightsFormat: 'DEFAULT' },
  });
  const output = graph.activation('StatefulPartitionedCall:0', [1, classes]);
  graph.ops.push({ kind: 'SOFTMAX', inputs: [scores], outputs: [output], version: 1, options: { beta: 1 } });
  return output;
}

/** The TensorFlow Lite model of `net`: [1, 64, 64, 3] RGB / 255 in, [1, 10] class probabilities out, both float32. */
export function modelOf(net: FoldedNet): Model {
  const graph = new GraphBuilder();
  const input = graph.activation('serving_default_image:0', [1, pictureSize, pictureSize, 3]);
  const inputsOf = new Map<string, TensorId>();
  let value = input;
  for (const layer of net.layers) {
    inputsOf.set(layer.spec.name, value);
    const output = addLayer(graph, value, layer);
    const shortcut = inputsOf.get(layer.spec.addInputOf ?? '');
    value = shortcut === undefined ? output : addResidual(graph, layer.spec.name, [shortcut, output]);
  }
  const output = addClassifier(graph, value, net);
  return {
    description: 'Zeropoint example: fruit, trained on pictures that the project renders.',
    graphs: [{ name: 'main', inputs: [input], outputs: [output], tensors: graph.tensors, ops: graph.ops }],
    signatures: [
      {
        key: 'serving_default',
        graph: 0,
        inputs: [{ name: 'image', tensor: input }],
        outputs: [{ name: 'probabilities', tensor: output }],
      },
    ],
    metadata: [{ name: 'TFLITE_METADATA', data: imageMetadata() }],
  };
}
