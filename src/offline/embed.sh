#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes C of shell scripts: NAME.sh becomes the string NAME_script. Comment lines stay behind.
echo '#include "offline/scripts.h"'
for file; do
    name=${file##*/}
    echo "const char ${name%.sh}_script[] ="
    sed -e '/^ *#/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/^/    "/' -e 's/$/\\n"/' "$file"
    echo "    ;"
done
