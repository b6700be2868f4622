import type { StepKind } from '../step-kind.ts';
import { applyStep } from './apply.ts';
import { certificateStep } from './certificate.ts';
import { checkStep } from './check.ts';
import { commandStep } from './command.ts';
import { confirmStep } from './confirm.ts';
import { copyStep } from './copy.ts';
import { deleteStep } from './delete.ts';
import { execStep } from './exec.ts';
import { fileStep } from './file.ts';
import { foreachStep } from './foreach.ts';
import { helmStep } from './helm.ts';
import { httpStep } from './http.ts';
import { imageStep } from './image.ts';
import { inputStep } from './input.ts';
import { kubeconfigStep } from './kubeconfig.ts';
import { kustomizeStep } from './kustomize.ts';
import { labelStep } from './label.ts';
import { loadStep } from './load.ts';
import { logsStep } from './logs.ts';
import { parallelStep } from './parallel.ts';
import { patchStep } from './patch.ts';
import { playbookStep } from './playbook.ts';
import { portForwardStep } from './port-forward.ts';
import { promqlStep } from './promql.ts';
import { putBackStep } from './put-back.ts';
import { referStep } from './refer.ts';
import { rolloutStep } from './rollout.ts';
import { saveStep } from './save.ts';
import { scaleStep } from './scale.ts';
import { secretStep } from './secret.ts';
import { sshStep } from './ssh.ts';
import { waitStep } from './wait.ts';
import { watchStep } from './watch.ts';

/** Every kind of step that a playbook may have. */
export const stepKinds: readonly StepKind[] = [
  applyStep,
  helmStep,
  kustomizeStep,
  deleteStep,
  waitStep,
  httpStep,
  execStep,
  copyStep,
  portForwardStep,
  promqlStep,
  checkStep,
  watchStep,
  secretStep,
  certificateStep,
  scaleStep,
  rolloutStep,
  referStep,
  patchStep,
  labelStep,
  logsStep,
  saveStep,
  putBackStep,
  loadStep,
  imageStep,
  commandStep,
  sshStep,
  fileStep,
  kubeconfigStep,
  confirmStep,
  inputStep,
  playbookStep,
  parallelStep,
  foreachStep,
];
