"""Tables to workbook, pages and letters; and staff's cells back. Nothing here knows a mailbox or a database."""
