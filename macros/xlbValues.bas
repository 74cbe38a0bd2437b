Option Explicit
' A copy with values alone beside the workbook, without Python. Nothing here runs by itself.

Private Const PLAIN_FORMAT As Long = 51
Private Const BY_HAND As Long = -4135

Public Function XlbExport() As String
    ' The name of the copy; empty where none was made. This workbook stays as it is.
    Dim target As String, working As String, reason As String
    Dim before As Long
    Dim book As Object
    If ThisWorkbook.Path = "" Or InStr(ThisWorkbook.Path, "://") > 0 Then
        XlbSay "unsaved"
        Exit Function
    End If
    working = "xlb-" & XlbToken() & ".xlsx"
    before = Application.Calculation
    On Error GoTo Failed
    target = XlbFreeName()
    Application.ScreenUpdating = False
    Application.DisplayAlerts = False
    Application.EnableEvents = False
    Application.Calculation = BY_HAND
    Set book = XlbCopyOf(working)
    XlbOnlyValues book
    If XlbInOffice() Then
        XlbModel(book).InteropGrabBag = Array()
        XlbModel(book).store
        book.Close False
        Name XlbPlace(working) As XlbPlace(target)
    Else
        book.RemovePersonalInformation = True
        book.SaveAs XlbPlace(target), PLAIN_FORMAT
        book.Close False
    End If
    Set book = Nothing
    XlbSettle before
    XlbExport = target
    XlbSay "copied", target & vbLf & shContents.Range("B1").Value
    Exit Function
Failed:
    reason = Err.Description
    If Not book Is Nothing Then book.Close False
    If Dir(XlbPlace(working)) <> "" Then Kill XlbPlace(working)
    XlbSettle before
    XlbSay "uncopied", reason
End Function

Private Sub XlbSettle(ByVal before As Long)
    Application.CutCopyMode = False
    Application.Calculation = before
    Application.EnableEvents = True
    Application.DisplayAlerts = True
    Application.ScreenUpdating = True
End Sub

Private Function XlbPlace(ByVal file As String) As String
    XlbPlace = ThisWorkbook.Path & Application.PathSeparator & file
End Function

Private Function XlbFreeName() As String
    ' No file is replaced: the second copy has the number 2.
    Dim stem As String
    Dim file As String
    Dim i As Long
    stem = Left(ThisWorkbook.Name, InStrRev(ThisWorkbook.Name, ".") - 1) & XlbText("copymark")
    file = stem & ".xlsx"
    i = 1
    Do While Dir(XlbPlace(file)) <> ""
        i = i + 1
        file = stem & i & ".xlsx"
    Loop
    XlbFreeName = file
End Function

Private Function XlbCopyOf(ByVal working As String) As Object
    ' Excel: a new workbook. LibreOffice cannot copy several sheets at once: the file, opened.
    Dim model As Object
    Dim kind As Object
    Dim one As Variant
    If Not XlbInOffice() Then
        ThisWorkbook.Worksheets(XlbPublished()).Copy
        Application.ActiveWorkbook.Worksheets(1).Select
        Set XlbCopyOf = Application.ActiveWorkbook
        Exit Function
    End If
    Set model = XlbModel(ThisWorkbook)
    For Each one In model.Args
        If one.Name = "FilterName" Then Set kind = one
    Next one
    kind.Value = "Calc MS Excel 2007 XML"
    model.storeToURL Left(model.URL, InStrRev(model.URL, "/")) & working, Array(kind)
    Set XlbCopyOf = Application.Workbooks.Open(XlbPlace(working))
End Function

Private Function XlbModel(ByVal book As Object) As Object
    ' LibreOffice's own document behind a workbook.
    Set XlbModel = book.Worksheets(1).Range("A1").CellRange.Spreadsheet.DrawPage.Forms.Parent
End Function
