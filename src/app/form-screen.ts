import type { FieldValue, FormState } from '../ui/form-state.ts';

/** The inputs of a playbook. */
export interface FormScreen {
  type: 'form';
  playbook: string;
  title: string;
  /** What was given already and is not asked for. */
  presets: Record<string, FieldValue>;
  /** Undefined while what is asked for is being read. */
  form: FormState | undefined;
  /** What could not be read of the cluster: defaults stand in its place. */
  notice?: string | undefined;
}
