"""The admin site under the desk's own name."""

from django.contrib.admin import AdminSite


class DeskSite(AdminSite):
    site_header = "凯里市户籍窗口"
    site_title = "凯里市户籍窗口"
    index_title = "登记簿与设置"
    enable_nav_sidebar = False
