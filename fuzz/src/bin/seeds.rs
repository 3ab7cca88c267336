//! `seeds OUT FOLDER…`: the seeds of every target from the files of some folders, one folder for each under OUT. Prints name and
//! maximal length of every target.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::{env, fs, io};

// what the instrumentation of the build calls
use libfuzzer_sys as _;
use trustpack_fuzz::seeds;
use trustpack_fuzz::targets::ALL;

fn main() -> io::Result<()> {
    let mut folders = env::args_os().skip(1).map(PathBuf::from);
    let out = folders.next().unwrap_or_default();
    for target in ALL {
        fs::create_dir_all(out.join(target.name))?;
        println!("{} {}", target.name, target.max_len);
    }
    let write = |seeds: seeds::Seeds| {
        for (name, bytes) in seeds {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            let limit = ALL
                .iter()
                .find(|target| target.name == name)
                .map(|target| target.max_len);
            if limit.is_some_and(|limit| bytes.len() <= limit) {
                fs::write(
                    out.join(name)
                        .join(format!("seed-{:016x}", hasher.finish())),
                    bytes,
                )?;
            }
        }
        io::Result::Ok(())
    };
    write(seeds::others())?;
    for path in seeds::files(&folders.collect::<Vec<_>>()) {
        write(seeds::of_file(&path, &fs::read(&path)?))?;
    }
    Ok(())
}
