# The shell steps of a page, in their order: what stands between ```sh and ```.
/^```sh$/ { inside = 1; next }
/^```$/ { inside = 0 }
inside { print }
