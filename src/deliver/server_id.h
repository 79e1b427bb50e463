#ifndef PH_DELIVER_SERVER_ID_H
#define PH_DELIVER_SERVER_ID_H

#include "base/span.h"

/* What a server calls the message it took, found in the text of its final reply
   in the forms that servers in the field use.  Where no form fits, the empty
   span: a wrong name is worse than none.  Points into text. */
struct ph_span ph_server_id_find(struct ph_span text);

#endif
