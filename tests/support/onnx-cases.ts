import {
  cifarPictures,
  cocoPictures,
  digits,
  flowerPictures,
  type Labelled,
  type Layout,
  type Pictures,
  samplesOf,
} from './onnx-samples.ts';

/** How an ONNX model of the shared folder is fed, as its list says. */
export interface OnnxCase {
  readonly file: string;
  readonly sizes?: ReadonlyMap<string, number>;
  /** The output whose largest value is the class; absent where there are no labels. */
  readonly classes?: string;
  readonly samples: () => Promise<{
    readonly calibration: readonly Labelled[];
    readonly test: readonly Labelled[];
  }>;
}

function pictures(layout: Layout, items: () => Pictures): OnnxCase['samples'] {
  return async () => {
    const { calibration, test } = items();
    return { calibration: await samplesOf(calibration, layout), test: await samplesOf(test, layout) };
  };
}

const cifar: Layout = { size: [32, 32], channels: 'rgb', mean: 0, std: 1 };
const few = (): Pictures => cocoPictures(16, 8);

export const onnxCases: readonly OnnxCase[] = [
  {
    file: 'mnist_cntk_opset8.onnx',
    classes: 'Plus214_Output_0',
    samples: async () => ({ calibration: digits('calib', 100), test: digits('test', 500) }),
  },
  {
    file: 'resnet8_cifar10_bn.onnx',
    classes: 'dense',
    samples: pictures(cifar, () => cifarPictures(100, 500)),
  },
  {
    file: 'resnet8_cifar10_unbalanced.onnx',
    classes: 'dense',
    samples: pictures(cifar, () => cifarPictures(100, 500)),
  },
  {
    file: 'vww_mobilenetv1_025_96_bn.onnx',
    classes: 'dense',
    samples: pictures({ size: [96, 96], channels: 'rgb', mean: 0, std: 255 }, () => cocoPictures(32, 96)),
  },
  {
    file: 'mobilenet_v2_035_128_flowers.onnx',
    classes: 'dense',
    samples: pictures({ size: [128, 128], channels: 'rgb', mean: 127.5, std: 127.5 }, () =>
      flowerPictures(50, 125),
    ),
  },
  {
    file: 'selfie_segmentation_landscape.onnx',
    samples: pictures({ size: [144, 256], channels: 'rgb', mean: 0, std: 255, nhwc: true }, few),
  },
  {
    file: 'ultraface_rfb320.onnx',
    samples: pictures({ size: [240, 320], channels: 'rgb', mean: 127, std: 128 }, few),
  },
  {
    file: 'ultraface_rfb320_simplified.onnx',
    samples: pictures({ size: [240, 320], channels: 'rgb', mean: 127, std: 128 }, few),
  },
  {
    file: 'super_resolution_x3.onnx',
    samples: pictures({ size: [224, 224], channels: 'grey', mean: 0, std: 255 }, () => cocoPictures(8, 4)),
  },
  {
    file: 'st_ssd_mobilenet_v1_025_256.onnx',
    samples: pictures({ size: [256, 256], channels: 'rgb', mean: 127.5, std: 127.5 }, few),
  },
  {
    file: 'ppocr_mobile_v2_cls.onnx',
    sizes: new Map([
      ['x[2]', 48],
      ['x[3]', 192],
    ]),
    samples: pictures({ size: [48, 192], channels: 'bgr', mean: 127.5, std: 127.5 }, few),
  },
  {
    file: 'yunet_n_320.onnx',
    samples: pictures({ size: [320, 320], channels: 'bgr', mean: 0, std: 1 }, few),
  },
];
