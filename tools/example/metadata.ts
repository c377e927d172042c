import { Builder, type Offset } from 'flatbuffers';
import * as fb from '../../src/core/formats/tflite/metadata/generated/metadata_generated.ts';

function inputMetadata(builder: Builder): Offset {
  const mean = fb.NormalizationOptions.createMeanVector(builder, [0]);
  const std = fb.NormalizationOptions.createStdVector(builder, [255]);
  const normalization = fb.NormalizationOptions.createNormalizationOptions(builder, mean, std);
  const unit = fb.ProcessUnit.createProcessUnit(
    builder,
    fb.ProcessUnitOptions.NormalizationOptions,
    normalization,
  );
  const units = fb.TensorMetadata.createProcessUnitsVector(builder, [unit]);
  const name = builder.createString('image');
  fb.TensorMetadata.startTensorMetadata(builder);
  fb.TensorMetadata.addName(builder, name);
  fb.TensorMetadata.addProcessUnits(builder, units);
  return fb.TensorMetadata.endTensorMetadata(builder);
}

/** TensorFlow Lite Metadata that says how pictures become the input: (RGB − 0) / 255. Without it a reader has to guess. */
export function imageMetadata(): Uint8Array {
  const builder = new Builder();
  const inputs = fb.SubGraphMetadata.createInputTensorMetadataVector(builder, [inputMetadata(builder)]);
  fb.SubGraphMetadata.startSubGraphMetadata(builder);
  fb.SubGraphMetadata.addInputTensorMetadata(builder, inputs);
  const graphs = fb.ModelMetadata.createSubgraphMetadataVector(builder, [
    fb.SubGraphMetadata.endSubGraphMetadata(builder),
  ]);
  const name = builder.createString('Fruit');
  const license = builder.createString('Apache-2.0');
  fb.ModelMetadata.startModelMetadata(builder);
  fb.ModelMetadata.addName(builder, name);
  fb.ModelMetadata.addSubgraphMetadata(builder, graphs);
  fb.ModelMetadata.addLicense(builder, license);
  fb.ModelMetadata.finishModelMetadataBuffer(builder, fb.ModelMetadata.endModelMetadata(builder));
  return builder.asUint8Array();
}
