import { isObject, type Json } from '../json.ts';
import { messageOfKind } from './descriptors.ts';
import { readMessage } from './message.ts';

/** The media type that Go clients send built-in kinds in: kubectl from 1.32 on, for `create` and `autoscale`. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');
const envelope = 'apimachinery.pkg.runtime.Unknown';

/**
 * An object in Kubernetes' protobuf envelope as the JSON that the same client would have sent
 * (`apimachinery/pkg/runtime/serializer/protobuf/protobuf.go`). Throws an Error in the words of a real server.
 */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, magic.length).equals(magic))
    throw new Error(
      `provided data does not appear to be a protobuf message, expected prefix [${[...magic].join(' ')}]`,
    );
  const { typeMeta, raw } = reading(body.subarray(magic.length), envelope);
  const { apiVersion = '', kind = '' } = (isObject(typeMeta) ? typeMeta : {}) as Record<string, string>;
  const message = messageOfKind(apiVersion, kind);
  if (!message) throw new Error(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...reading((raw as Uint8Array | undefined) ?? Buffer.alloc(0), message) };
}

function reading(bytes: Uint8Array, message: string): Json {
  try {
    return readMessage(bytes, message) as Json;
  } catch (error) {
    if (error instanceof RangeError) throw new Error('unexpected EOF', { cause: error });
    throw error;
  }
}
