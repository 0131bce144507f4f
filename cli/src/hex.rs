//! Bytes as hex digits, and back.

/// Returns the bytes of hex digits; `None` if they are none.
pub(crate) fn parse(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    parse_into(text, &mut out).then_some(out)
}

/// Reads the bytes of hex digits, in place of what `out` held. Returns whether they are hex digits.
pub(crate) fn parse_into(text: &[u8], out: &mut Vec<u8>) -> bool {
    let (blocks, rest) = text.as_chunks::<{ 2 * BLOCK }>();
    out.clear();
    out.resize(text.len() / 2, 0);
    let mut seen = 0;
    let (bytes, last) = out.as_chunks_mut::<BLOCK>();
    for (bytes, digits) in bytes.iter_mut().zip(blocks) {
        seen |= read_block(digits, bytes);
    }
    let (mut digits, mut bytes) = ([b'0'; 2 * BLOCK], [0; BLOCK]);
    for (to, from) in digits.iter_mut().zip(rest) {
        *to = *from;
    }
    seen |= read_block(&digits, &mut bytes);
    for (to, from) in last.iter_mut().zip(bytes) {
        *to = from;
    }
    text.len().is_multiple_of(2) && seen < 16
}

/// How many bytes are read at once.
const BLOCK: usize = 16;

/// Reads hex digits; what comes back is over 15 if one of them is none. Without a branch, so that a
/// compiler may take many of them in a step.
fn read_block(digits: &[u8; 2 * BLOCK], bytes: &mut [u8; BLOCK]) -> u8 {
    let halves = digits.map(|byte| {
        let (number, letter) = (byte.wrapping_sub(b'0'), (byte | 0x20).wrapping_sub(b'a'));
        let letter = if letter < 6 { letter + 10 } else { 16 };
        if number < 10 { number } else { letter }
    });
    let (pairs, _) = halves.as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = high << 4 | low & 15;
    }
    halves.iter().fold(0, |seen, half| seen | half)
}

/// Appends hex digits.
pub(crate) fn write(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    let (pairs, _) = out
        .get_mut(start..)
        .unwrap_or_default()
        .as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15].map(|half| half + if half < 10 { b'0' } else { b'a' - 10 });
    }
}

/// Returns lower-case hex digits.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut digits = Vec::new();
    write(bytes, &mut digits);
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_goes_to_hex_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut hex = b"> ".to_vec();
        write(&bytes, &mut hex);
        assert!(hex.starts_with(b"> 000102") && hex.ends_with(b"fdfeff"));
        assert_eq!(parse(&hex[2..]).as_ref(), Some(&bytes));
        assert_eq!(parse(&hex[2..].to_ascii_uppercase()), Some(bytes));
    }

    #[test]
    fn nothing_else_is_hex() {
        let digits = b"0123456789abcdefABCDEF";
        for byte in (0..=255).filter(|byte| !digits.contains(byte)) {
            assert_eq!(parse(&[byte, b'0']), None, "{byte}");
            assert_eq!(parse(&[b'0', byte]), None, "{byte}");
        }
        assert_eq!(parse(b"012"), None);
        assert_eq!(parse(b""), Some(Vec::new()));
        for length in 1..100 {
            let mut digits = vec![b'7'; length];
            let bytes = vec![0x77; length / 2];
            assert_eq!(parse(&digits), (length % 2 == 0).then_some(bytes));
            for place in 0..length {
                digits[place] = b'g';
                assert_eq!(parse(&digits), None, "{place} of {length}");
                digits[place] = b'7';
            }
        }
    }
}
