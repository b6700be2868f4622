import { z } from 'zod';
import { imageEngines } from '../../../tools/tool.ts';
import { scalar } from '../step-shapes.ts';

const names = imageEngines.map(({ name }) => name) as [string, ...string[]];

/** The key `image` and all below it. */
export const imageShape = {
  image: z
    .strictObject({
      tag: z.string().min(1).describe('The image’s name: `registry.example.com/tars/backend:1.2`'),
      also: z.array(z.string().min(1)).optional().describe('Further names of it'),
      build: z
        .union([
          z.string().min(1).describe('The folder that it is built from, by the workspace'),
          z.strictObject({
            context: z.string().min(1).describe('The folder that it is built from, by the workspace'),
            file: z.string().min(1).optional().describe('The Dockerfile, by that folder'),
            args: z
              .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), scalar)
              .optional()
              .describe('Not secret: they stay in the image'),
            target: z.string().min(1).optional(),
            platform: z.string().min(1).optional().describe('`linux/amd64`'),
          }),
        ])
        .optional(),
      from: z.string().min(1).optional().describe('An image that is pulled and given this name, instead of a build'),
      push: z.boolean().optional().describe('True: it is pushed, and the registry’s digest is verified'),
      digest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$|\$\{\{/)
        .optional()
        .describe('The digest that the registry must have; alone it is only verified'),
      engine: z.enum(names).optional().describe('The configuration’s, else the first that is there'),
      username: z.string().min(1).optional(),
      password: z.string().min(1).optional().describe('The sensitive input with the password for `username`'),
    })
    .refine(({ build, from }) => build === undefined || from === undefined, 'either `build` or `from`')
    .refine(
      ({ username, password }) => (username === undefined) === (password === undefined),
      '`username` and `password` go together',
    )
    .describe('An image to build, tag, push or verify'),
};
export type ImageConfig = z.infer<z.ZodObject<typeof imageShape>>;
export type ImageOptions = ImageConfig['image'];
