import { closeExport, openExport, saveExport, usualRequests } from '../../app/exporting.ts';
import { useStudio } from '../../app/store.ts';
import { onnxQuantizationOf } from '../../core/pipeline/onnx-choice.ts';
import { ioOptions } from '../recipe/fields.ts';
import { ExportDialog } from './ExportDialog.tsx';

export function ExportScreen() {
  const exporting = useStudio((state) => state.exporting);
  const result = useStudio((state) => state.result);
  const model = useStudio((state) => state.model);
  if (exporting === undefined || result === undefined || model === undefined) return null;
  const { recipe } = result.settings;
  return (
    <ExportDialog
      {...exporting}
      what={result.report.outcome.name}
      formats={usualRequests(recipe, model)}
      onnxActivations={onnxQuantizationOf(recipe) === 'static'}
      types={ioOptions(recipe)}
      onRequest={openExport}
      onSave={saveExport}
      onClose={closeExport}
    />
  );
}
