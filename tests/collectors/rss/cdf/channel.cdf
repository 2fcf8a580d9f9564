<?xml version="1.0"?>
<CHANNEL HREF="http://active.example/"><TITLE>Active Desk</TITLE><ABSTRACT>CDF of 1997</ABSTRACT>
<ITEM HREF="http://active.example/one.html" LASTMOD="2026-03-04T05:06:07Z"><TITLE>One</TITLE><ABSTRACT>The first page about coffee.</ABSTRACT></ITEM>
</CHANNEL>
