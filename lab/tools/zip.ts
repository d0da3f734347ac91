import { open, type FileHandle } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END = 0x06054b50;
const END_LENGTH = 22;
const ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly method: number;
  readonly compressedSize: number;
  readonly offset: number;
}

/**
 * Unpacks one file of a zip archive: a Python wheel is one, and neither unzip nor Python need be there.
 *
 * @throws Error where the archive has no such file, or holds it in a way that wheels don't
 */
export async function unzip(archive: string, member: string, target: string): Promise<void> {
  const file = await open(archive);
  try {
    const { method, compressedSize, offset } = await findEntry(file, member, archive);
    if (method !== STORED && method !== DEFLATED)
      throw new Error(`${archive}: ${member} is packed by method ${method}`);
    const local = await read(file, offset, LOCAL_LENGTH);
    const start = offset + LOCAL_LENGTH + local.readUInt16LE(26) + local.readUInt16LE(28);
    const packed = file.createReadStream({ start, end: start + compressedSize - 1, autoClose: false });
    const output = createWriteStream(target);
    await (method === STORED ? pipeline(packed, output) : pipeline(packed, createInflateRaw(), output));
  } finally {
    await file.close();
  }
}

async function findEntry(file: FileHandle, member: string, archive: string): Promise<Entry> {
  const { size } = await file.stat();
  const tailLength = Math.min(size, END_LENGTH + LONGEST_COMMENT);
  const tail = await read(file, size - tailLength, tailLength);
  const end = tail.lastIndexOf(signature(END));
  if (end < 0) throw new Error(`${archive} is no zip archive`);
  const directory = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + ENTRY_LENGTH <= directory.length && directory.readUInt32LE(at) === ENTRY;) {
    const nameLength = directory.readUInt16LE(at + 28);
    const nameStart = at + ENTRY_LENGTH;
    if (directory.toString('utf8', nameStart, nameStart + nameLength) === member) {
      return {
        method: directory.readUInt16LE(at + 10),
        compressedSize: directory.readUInt32LE(at + 20),
        offset: directory.readUInt32LE(at + 42),
      };
    }
    at = nameStart + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`${archive} has no ${member}`);
}

function signature(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, position);
  return buffer;
}
