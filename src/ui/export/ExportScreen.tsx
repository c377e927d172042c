import { closeExport, openExport, saveExport } from '../../app/exporting.ts';
import { useStudio } from '../../app/store.ts';
import { ioOptions } from '../recipe/fields.ts';
import { ExportDialog } from './ExportDialog.tsx';

export function ExportScreen() {
  const exporting = useStudio((state) => state.exporting);
  const result = useStudio((state) => state.result);
  if (exporting === undefined || result === undefined) return null;
  return (
    <ExportDialog
      {...exporting}
      what={result.report.outcome.name}
      types={ioOptions(result.settings.recipe)}
      onTypes={openExport}
      onSave={saveExport}
      onClose={closeExport}
    />
  );
}
