//! The gzip content coding, without compression. (RFC 1952, RFC 1951 §3.2.4)

/// Encodes `bytes` in stored blocks, which every decoder reads.
pub(crate) fn encode(bytes: &[u8]) -> Vec<u8> {
    // Magic number, deflate, no flags, no time, no extra flags, unknown system.
    let mut coded = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    if blocks.peek().is_none() {
        push_block(&mut coded, &[], true);
    }
    while let Some(block) = blocks.next() {
        push_block(&mut coded, block, blocks.peek().is_none());
    }
    coded.extend_from_slice(&crc32(bytes).to_le_bytes());
    let length = bytes.len() as u64 & u64::from(u32::MAX);
    coded.extend_from_slice(&(length as u32).to_le_bytes());
    coded
}

/// `block` has at most 65,535 bytes.
fn push_block(coded: &mut Vec<u8>, block: &[u8], last: bool) {
    let length = block.len() as u16;
    coded.push(u8::from(last));
    coded.extend_from_slice(&length.to_le_bytes());
    coded.extend_from_slice(&(!length).to_le_bytes());
    coded.extend_from_slice(block);
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_long_body_takes_several_blocks() {
        let coded = encode(&[7; 70_000]);
        assert_eq!(coded.len(), 10 + 2 * 5 + 70_000 + 8);
        assert_eq!((coded[10], coded[10 + 5 + 65_535]), (0, 1));
        assert_eq!(encode(b"").len(), 10 + 5 + 8);
    }
}
