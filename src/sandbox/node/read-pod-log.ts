import { DelegateError, type LogRequest } from '../api/delegates.ts';
import { type ContainerLog, formatLine, type LogLine, selectLines } from './logs.ts';
import type { PodWorker } from './pod-worker.ts';

/** The log of one container, what is there first and then, when followed, each new line. Throws `DelegateError`. */
export async function* readPodLog(worker: PodWorker | undefined, request: LogRequest): AsyncGenerator<string> {
  const log = worker?.log(request.container, request.previous);
  if (!worker || !log) throw refusal(worker, request);
  if (!request.follow) {
    const text = selectLines(log.lines(), request, Date.now());
    if (text !== '') yield text;
    return;
  }
  yield* followLog(log, request);
}

async function* followLog(log: ContainerLog, request: LogRequest): AsyncGenerator<string> {
  const waiting: LogLine[] = [];
  let ended = false;
  let wake = () => {};
  const off = log.follow(
    (line) => {
      waiting.push(line);
      wake();
    },
    () => {
      ended = true;
      wake();
    },
  );
  const onAbort = () => {
    ended = true;
    wake();
  };
  request.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const before = selectLines(log.lines(), request, Date.now());
    if (before !== '') yield before;
    for (;;) {
      const lines = waiting.splice(0);
      if (lines.length > 0) yield lines.map((line) => formatLine(line, request.timestamps)).join('');
      else if (ended || request.signal.aborted) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    off();
    request.signal.removeEventListener('abort', onAbort);
  }
}

/** In the words of `pkg/kubelet/kubelet_pods.go`, validateContainerLogStatus. */
function refusal(worker: PodWorker | undefined, request: LogRequest): DelegateError {
  const { container, pod, previous } = request;
  const bad = (message: string) => new DelegateError(400, 'BadRequest', message);
  if (previous) return bad(`previous terminated container "${container}" in pod "${pod}" not found`);
  const reason = worker?.waitingReason(container) ?? 'ContainerCreating';
  const why = pullFaults[reason] ?? reason;
  return bad(`container "${container}" in pod "${pod}" is waiting to start: ${why}`);
}

const pullFaults: Record<string, string> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};
