#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mqttscope::fuzzing::filter(data));
