# libsodium and protobuf lite from source for WebAssembly, without their own build systems.
set(sodium_root "${THIRD_PARTY}/libsodium/src/libsodium")
set(sodium_generated "${CMAKE_BINARY_DIR}/generated/sodium")
file(STRINGS "${THIRD_PARTY}/libsodium/.stamp" sodium_stamp REGEX "libsodium=")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" VERSION "${sodium_stamp}")
set(SODIUM_LIBRARY_VERSION_MAJOR 10)
set(SODIUM_LIBRARY_VERSION_MINOR 3)
configure_file("${sodium_root}/include/sodium/version.h.in" "${sodium_generated}/sodium/version.h" @ONLY)
# The generated version.h includes its neighbour.
configure_file("${sodium_root}/include/sodium/export.h" "${sodium_generated}/sodium/export.h" COPYONLY)

file(GLOB_RECURSE sodium_sources "${sodium_root}/*.c")
set(wasm_random "${CMAKE_SOURCE_DIR}/client-core/platform/wasm/sodium_random")
sejawat_dependency(sodium SOURCES ${sodium_sources} "${wasm_random}.c"
  INCLUDE "${sodium_root}/include" "${sodium_generated}")
target_include_directories(dep_sodium SYSTEM PRIVATE "${sodium_root}/include/sodium" "${sodium_generated}/sodium")
target_compile_definitions(dep_sodium PUBLIC SODIUM_STATIC=1 PRIVATE CONFIGURED=1 NATIVE_LITTLE_ENDIAN=1)
set_source_files_properties("${sodium_root}/randombytes/randombytes.c" PROPERTIES
  COMPILE_OPTIONS "-include;${wasm_random}.h" OBJECT_DEPENDS "${wasm_random}.h")

set(protobuf_root "${THIRD_PARTY}/protobuf")
file(STRINGS "${protobuf_root}/cmake/libprotobuf-lite.cmake" protobuf_lines REGEX "src/google/protobuf/.*\\.cc$")
list(TRANSFORM protobuf_lines REPLACE "^.*/src/google/" "${protobuf_root}/src/google/" OUTPUT_VARIABLE protobuf_sources)
sejawat_dependency(protobuf SOURCES ${protobuf_sources} INCLUDE "${protobuf_root}/src" OPTIMISE -Oz)
target_compile_options(dep_protobuf PRIVATE -fno-exceptions)
