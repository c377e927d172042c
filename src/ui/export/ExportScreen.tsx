import { closeExport, openExport, saveExport } from '../../app/exporting.ts';
import { useStudio } from '../../app/store.ts';
import { ExportDialog } from './ExportDialog.tsx';

export function ExportScreen() {
  const exporting = useStudio((state) => state.exporting);
  if (exporting === undefined) return null;
  return <ExportDialog {...exporting} onTypes={openExport} onSave={saveExport} onClose={closeExport} />;
}
