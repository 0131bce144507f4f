//! Files of text: read without a byte order mark, replaced in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Reads a file of UTF-8 text and skips a byte order mark at its start.
///
/// # Errors
/// What opening and reading gives; `InvalidData` if the file is not UTF-8 or larger than 64 MiB.
pub fn read_text(path: impl AsRef<Path>) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_LENGTH + 1)
        .read_to_end(&mut bytes)?;
    decode_text(bytes)
}

/// Decodes UTF-8 text and skips a byte order mark at its start.
///
/// # Errors
/// `InvalidData` if it is not UTF-8 or larger than 64 MiB.
pub fn decode_text(bytes: Vec<u8>) -> io::Result<String> {
    let invalid = |message: String| Err(io::Error::new(io::ErrorKind::InvalidData, message));
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_LENGTH) {
        return invalid("larger than 64 MiB".to_owned());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return invalid("UTF-16 text: save the file as UTF-8".to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with(BYTE_ORDER_MARK) {
                text.drain(..BYTE_ORDER_MARK.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            invalid(format!("not UTF-8 text: byte {offset} is invalid"))
        }
    }
}

/// Writes a file in one step: a reader sees the old contents or the new ones, and an error (a full
/// disk) leaves the old file as it was.
///
/// The contents go to a temporary file in the same folder, which is then renamed. Permissions of an
/// existing file are kept. A symbolic link stays, and the file that it leads to is replaced or
/// created. What is not a regular file, such as `/dev/null`, is written in place.
///
/// # Errors
/// What creating, writing and renaming the temporary file gives.
pub fn replace_file(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let path = path.as_ref();
    let target = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => fs::canonicalize(path)?,
        Ok(_) => {
            let mut file = OpenOptions::new().write(true).open(path)?;
            return file.write_all(contents.as_ref());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => follow_links(path)?,
        Err(error) => return Err(error),
    };
    let (temporary, file) = create_beside(&target)?;
    let written = fill(file, contents.as_ref())
        .and_then(|()| keep_permissions(&target, &temporary))
        .and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Returns the path that a link to nothing leads to; `path` itself if it is not a link.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = target.with_file_name(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Creates a new file in the folder of `target`, under a name that nothing else has.
fn create_beside(target: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // A file name is 255 bytes long at most.
    let name: String = name.chars().take(40).collect();
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = target.with_file_name(format!(".{name}.{}-{count}.tmp", process::id()));
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary);
        match created {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn fill(mut file: File, contents: &[u8]) -> io::Result<()> {
    file.write_all(contents)?;
    file.sync_all()
}

fn keep_permissions(target: &Path, temporary: &Path) -> io::Result<()> {
    match fs::metadata(target) {
        Ok(metadata) => fs::set_permissions(temporary, metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// No schema is larger.
const MAX_LENGTH: u64 = 64 << 20;
/// As many as Linux follows.
const MAX_LINKS: usize = 40;
const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_skipped_once() {
        assert_eq!(decode_text(b"\xef\xbb\xbfa".to_vec()).unwrap(), "a");
        assert_eq!(decode_text(b"a\xef\xbb\xbf".to_vec()).unwrap(), "a\u{feff}");
        let twice = b"\xef\xbb\xbf\xef\xbb\xbf".to_vec();
        assert_eq!(decode_text(twice).unwrap(), "\u{feff}");
    }

    #[test]
    fn other_encodings_are_named() {
        let message = |bytes: &[u8]| decode_text(bytes.to_vec()).unwrap_err().to_string();
        assert!(message(b"\xff\xfe{\0").contains("save the file as UTF-8"));
        assert!(message(b"ab\xe9").contains("byte 2"));
    }

    #[test]
    fn a_replaced_file_has_the_new_contents_and_no_companion() {
        let name = format!("wireform-replace-{}", process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.txt");
        for contents in ["one", "two"] {
            replace_file(&path, contents).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        replace_file(folder.join("none/a.txt"), "x").unwrap_err();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    fn temporary_folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("wireform-{name}-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[cfg(unix)]
    #[test]
    fn a_special_file_is_written_in_place() {
        use std::os::fd::AsRawFd as _;

        let (mut reader, writer) = io::pipe().unwrap();
        replace_file(format!("/dev/fd/{}", writer.as_raw_fd()), "text").unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
    }

    #[cfg(unix)]
    #[test]
    fn a_special_file_stays_where_it_cannot_be_written() {
        use std::os::unix::fs::FileTypeExt as _;

        let folder = temporary_folder("socket");
        let path = folder.join("a");
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let replaced = replace_file(&path, "text");
        let kind = fs::metadata(&path).unwrap().file_type();
        fs::remove_dir_all(&folder).unwrap();
        assert!(kind.is_socket());
        replaced.unwrap_err();
    }

    #[cfg(unix)]
    #[test]
    fn the_target_of_a_dangling_link_is_created() {
        use std::os::unix::fs::symlink;

        let folder = temporary_folder("link");
        fs::create_dir_all(folder.join("inner")).unwrap();
        symlink("inner/middle", folder.join("link")).unwrap();
        symlink("../target", folder.join("inner/middle")).unwrap();
        symlink("loop", folder.join("loop")).unwrap();
        let replaced = replace_file(folder.join("link"), "text");
        let looped = replace_file(folder.join("loop"), "text");
        let is_link = fs::symlink_metadata(folder.join("link"))
            .unwrap()
            .is_symlink();
        let text = fs::read_to_string(folder.join("target"));
        fs::remove_dir_all(&folder).unwrap();
        replaced.unwrap();
        looped.unwrap_err();
        assert!(is_link);
        assert_eq!(text.unwrap(), "text");
    }
}
